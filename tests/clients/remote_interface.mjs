// chrome-remote-interface: host, port and a page to visit; finds its target by /json/list. Prints one line of JSON.
import CDP from 'chrome-remote-interface'

const [, , host, port, page] = process.argv
const client = await CDP({ host, port: Number(port), useHostName: true }) // else it sends the address it resolved
await client.Page.enable()
const loaded = client.Page.loadEventFired()
await client.Page.navigate({ url: page })
await loaded
const { result } = await client.Runtime.evaluate({ expression: 'document.title' })
console.log(JSON.stringify({ title: result.value }))
await client.close()
