// Writes a run from the compiled program, for tests that kill the process that writes or take its
// descriptors away: node write-run.mjs TARGET ORGANIZATIONS ROWS CRASH_AT. It calls the real file
// system and ends itself with SIGKILL before the given operation; 0 is never.
import * as promises from "node:fs/promises";
import { openRunFolder } from "../../dist/output/folder.js";

const [target, organizations, rows, crashAt] = process.argv
  .slice(2)
  .map((text, index) => (index ? Number(text) : text));
let operations = 0;
function step() {
  if (++operations === crashAt) process.kill(process.pid, "SIGKILL");
}
function counted(object) {
  return new Proxy(object, {
    get(inner, name) {
      const member = Reflect.get(inner, name, inner);
      if (typeof member !== "function") return member;
      return async (...args) => {
        step();
        const result = await member.apply(inner, args);
        return name === "open" ? counted(result) : result;
      };
    },
  });
}

const columns = ["id", "text", "instant", "number"].map((type) => ({ name: type, type }));
const folder = await openRunFolder(target, { force: true, fs: counted(promises), memory: 200_000 });
const all = folder.csv("items.csv", columns);
const each = Array.from({ length: organizations }, (_, index) =>
  folder.csv(`organizations/o${index}/items.csv`, columns),
);
for (let row = 0; row < rows; row++) {
  const values = [`id-${row}`, `line\n"${row}"`, 1_763_647_331_123_456 + row * 1e6, row];
  await all.write(values);
  await each[row % organizations].write(values);
}
for (let index = 0; index < organizations; index++)
  await folder.file(`organizations/o${index}/index.html`, "<p>page</p>");
await folder.publish({
  tool: { name: "lineage-report", version: "0" },
  window: { from: "a", to: "b", timeZone: "UTC" },
  snapshot: { at: "a", id: "b" },
  options: {},
  queries: [],
});
process.stdout.write(`operations ${operations}\n`);
