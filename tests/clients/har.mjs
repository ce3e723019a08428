// Says whether a file is an HTTP Archive 1.2, by the schema of a public validator.
import { readFile } from "node:fs/promises";
import { har } from "har-validator/lib/promise.js";

try {
  await har(JSON.parse(await readFile(process.argv[2], "utf8")));
  console.log("valid");
} catch (error) {
  console.log("invalid", JSON.stringify(error.errors ?? String(error), null, 1));
  process.exitCode = 1;
}
