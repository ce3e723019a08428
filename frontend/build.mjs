// Writes static/player/built: three files, each of which stands alone. `setup.sh` calls it; `npm run build` does the same by hand.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = here("../static/player/built");
const common = { bundle: true, minify: true, target: "es2022", logLevel: "warning", legalComments: "inline", absWorkingDir: here(".") };

await rm(target, { recursive: true, force: true });
await Promise.all([
  // Runs in an isolated world of recorded pages, as `rrwebRecord.record`.
  build({ ...common, entryPoints: ["src/record.js"], outfile: `${target}/rrweb-record.js`, format: "iife", globalName: "rrwebRecord" }),
  // Runs alone in the sandboxed frame. A classic script: a module would have to be fetched with CORS, which a frame without an origin lacks.
  build({ ...common, entryPoints: ["src/frame.js"], outfile: `${target}/frame.js`, format: "iife" }),
  // Imported by the player when somebody exports a film.
  build({ ...common, entryPoints: ["src/muxer.js"], outfile: `${target}/muxer.js`, format: "esm" }),
]);

// rrweb names source maps that it does not bring; collectstatic looks for whatever is named so.
for (const name of await readdir(target)) {
  const path = `${target}/${name}`;
  await writeFile(path, (await readFile(path, "utf8")).replace(/\/\/# sourceMappingURL=[\w.-]+/g, ""));
}
