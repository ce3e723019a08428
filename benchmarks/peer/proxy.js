// One hop of node http-proxy: what browserless and Steel put between a client and Chromium. Usage: proxy.js PORT UPSTREAM
const http = require("http");
const httpProxy = require("http-proxy");

const [port, upstream] = process.argv.slice(2).map(Number);
const proxy = httpProxy.createProxyServer({});
proxy.on("error", (error, request, socket) => socket.destroy && socket.destroy());
const server = http.createServer((request, response) => response.writeHead(404).end());
server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => socket.destroy());
  proxy.ws(request, socket, head, { target: `ws://127.0.0.1:${upstream}`, changeOrigin: true });
});
server.listen(port, "127.0.0.1", 4096);
