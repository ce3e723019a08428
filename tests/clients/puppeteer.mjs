// Puppeteer: `ws` or `url`, the address, a page to visit, and `close` or `disconnect`. Prints one line of JSON.
import puppeteer from 'puppeteer-core'

const [, , kind, address, page, end] = process.argv
const options = kind === 'ws' ? { browserWSEndpoint: address } : { browserURL: address }
const browser = await puppeteer.connect({ ...options, defaultViewport: null })
const [tab] = await browser.pages()
await tab.goto(page)
const big = await tab.evaluate(n => 'x'.repeat(n), 1_000_000)
console.log(JSON.stringify({ title: await tab.title(), big: big.length, version: await browser.version() }))
await (end === 'close' ? browser.close() : browser.disconnect())
