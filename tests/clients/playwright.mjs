// Playwright for Node: one argument, the address to connect to; a second, a page to visit. Prints one line of JSON.
import { chromium } from 'playwright-core'

const [, , address, page] = process.argv
const browser = await chromium.connectOverCDP(address)
const context = browser.contexts()[0]
const tab = context.pages()[0]
await tab.goto(page)
await tab.fill('#name', 'Node')
await tab.click('#go')
const shot = await tab.screenshot()
console.log(JSON.stringify({ title: await tab.title(), screenshot: shot.length, size: tab.viewportSize() ?? await tab.evaluate(() => ({ width: innerWidth, height: innerHeight })) }))
await browser.close()
