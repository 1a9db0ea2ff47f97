import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { verifyFolder } from "../../src/output/verify.ts";
import { CANARY, writeSecrets } from "../organizations/secrets.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { runProgram } from "../support/program.ts";
import { scenario } from "../support/rows.ts";
import { readCsv, run } from "../support/run-folder.ts";

const NOW = "2026-11-21T20:00:00Z";
const WINDOW = ["--from", "2026-11-18", "--to", "2026-11-20", "--as-of", NOW];

let database: TestDatabase;
let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "proof-"));
  database = await createTestDatabase();
  const sc = scenario(database.client, "proof");
  await writeSecrets(sc, "secret-phd");
  for (const name of ["aa-phd.elr", "bb-phd.elr", "aa-phd-x.elr"]) await sc.receiver(name);
  for (const name of ["acme-labs.default", "acme-labs-x.default"]) await sc.sender(name);
  const path = (at: string, items: number, receivers: string[], sender = "acme-labs.default", until?: "batch") =>
    sc.happyPath({ at, sender, items, receivers, ...(until && { until }) });
  await path("2026-11-18T15:00:00Z", 3, ["aa-phd.elr", "bb-phd.elr"]);
  // In the last minute of a local day, delivered on the next.
  await path("2026-11-20T04:59:30Z", 2, ["aa-phd.elr"]);
  const failed = await path("2026-11-20T14:00:00Z", 4, ["bb-phd.elr"], "acme-labs.default", "batch");
  await sc.sendError(failed.batches["bb-phd.elr"]!, { kind: "immediate", at: "2026-11-20T17:00:00Z" });
  await sc.rejected({ at: "2026-11-19T16:00:00Z", sender: "acme-labs.default" });
  await path("2026-11-19T15:00:00Z", 7, ["aa-phd-x.elr", "aa-phd.elr"], "acme-labs-x.default");
  await path("2026-11-17T15:00:00Z", 9, ["aa-phd.elr"]); // before the window
});
afterAll(async () => {
  await database?.drop();
  await rm(out, { recursive: true, force: true });
});

async function proof(...args: string[]) {
  const { code, stdout, stderr } = await runProgram(
    ["proof", ...WINDOW, "--out", out, "--json", "--quiet", "--force", ...args],
    {
      env: { DATABASE_URL: database.readerUrl },
    },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const result = JSON.parse(stdout) as {
    folder: string;
    rows: number;
    intended: number;
    delivered: number;
    sha256: string;
  };
  expect((await verifyFolder(result.folder)).faults).toEqual([]);
  const page = await readFile(join(result.folder, "index.html"), "utf8");
  expect(page).not.toContain(CANARY);
  expect(createHash("sha256").update(page).digest("hex")).toBe(result.sha256);
  return { ...result, page };
}

describe("a sender's proof", () => {
  test("has a row a submission, and sums equal to the run's", async () => {
    const { folder, rows, intended, delivered, page } = await proof("--sender", "acme-labs.default");
    const listed = await readCsv(join(folder, "submissions.csv"));
    expect(rows).toBe(4);
    expect(
      listed.map((row) => [row.local_time, row.items, row.intended, row.delivered, row.http_status, row.outcomes]),
    ).toEqual([
      [
        "Wed Nov 18 2026 10:00 (America/New_York)",
        "3",
        "6",
        "6",
        "",
        "aa-phd.elr: 3 delivered; bb-phd.elr: 3 delivered",
      ],
      ["Thu Nov 19 2026 11:00 (America/New_York)", "0", "0", "0", "400", ""],
      ["Thu Nov 19 2026 23:59 (America/New_York)", "2", "2", "2", "", "aa-phd.elr: 2 delivered"],
      ["Fri Nov 20 2026 09:00 (America/New_York)", "4", "4", "0", "", "bb-phd.elr: 4 failed"],
    ]);
    const finished = await run(database.readerUrl, join(out, "runs"), ...WINDOW);
    const pairs = (await finished.csv("summary.csv")).filter((row) => row.sender === "acme-labs.default");
    const sum = (...names: string[]) =>
      pairs.reduce((total, row) => total + names.reduce((part, name) => part + Number(row[name]), 0), 0);
    expect(delivered).toBe(sum("delivered", "downloaded"));
    expect(intended).toBe(sum("delivered", "downloaded", "waiting", "retrying", "stuck", "failed"));
    expect({ intended, delivered }).toEqual({ intended: 12, delivered: 8 });
    expect(page).toMatch(/Of 12 items meant for receivers, 8 were delivered: <span class="n">66\.67 %<\/span>\./);
    expect(page).toContain("Whether the receiver accepted and used it is not recorded here.");
    const { queries } = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as {
      queries: { name: string; sha256: string }[];
    };
    const names = queries.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["organizations-settings", "lineage-edges", "log-entries", "receivers"]),
    );
    expect(names).not.toContain("tables-versions");
    for (const { name, sha256 } of queries)
      expect(page).toContain(`<li>${name} <code>${sha256.slice(0, 16)}</code></li>`);
    expect(page).toContain("refused when it was submitted (HTTP 400)");
    const data = await readFile(join(folder, "submissions.csv"));
    expect(page).toContain(createHash("sha256").update(data).digest("hex"));
  });

  test("is about that sender alone", async () => {
    const { page, folder } = await proof("--sender", "acme-labs");
    const all = page + (await readFile(join(folder, "submissions.csv"), "utf8"));
    for (const other of ["acme-labs-x", "aa-phd-x"]) expect(all).not.toContain(other);
  });
});

describe("a receiver's proof", () => {
  test("has a row a file that was delivered in the window, as the run has", async () => {
    const { folder, page, rows } = await proof("--receiver", "aa-phd.elr");
    const finished = await run(database.readerUrl, join(out, "more-runs"), ...WINDOW);
    const expected = (await finished.csv("deliveries.csv")).filter((row) => row.receiver === "aa-phd.elr");
    const listed = await readCsv(join(folder, "deliveries.csv"));
    expect(listed.map((row) => row.report_id)).toEqual(expected.map((row) => row.report_id));
    expect(rows).toBeGreaterThan(2);
    expect(page).toContain("acme-labs-x.default");
    expect(page).not.toContain("bb-phd");
  });
});

describe("a name that nobody has", () => {
  test("is no proof that nothing happened", async () => {
    const args = ["proof", ...WINDOW, "--out", out, "--sender", "acme-lab.default"];
    const { code, stderr } = await runProgram(args, { env: { DATABASE_URL: database.readerUrl } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/there never was a sender "acme-lab\.default"[\s\S]*acme-labs\.default/);
  });
});
