import { createHash } from "node:crypto";
import type { Context } from "../cli/context.ts";
import { type CommandOptions, printLines, withSnapshot } from "../organizations/environment.ts";
import { createCsvFormatter } from "../output/csv.ts";
import { openRunFolder } from "../output/folder.ts";
import { organizationFolder, runFolderName } from "../output/names.ts";
import { packageIdentity } from "../package.ts";
import { createProgress } from "../progress.ts";
import { loadTemplates } from "../report/templates.ts";
import { limitsOf } from "../run/limits-of.ts";
import { recording } from "../source/catalogue.ts";
import { formatInstant } from "../time/instant.ts";
import type { Window } from "../time/window.ts";
import { DELIVERY_PROOF_COLUMNS, deliveryCells, SUBMISSION_PROOF_COLUMNS, submissionCells } from "./columns.ts";
import { sumOf } from "./fold.ts";
import { type Evidence, readEvidence } from "./read.ts";
import { organizationsNamed, refuseTwo, type Subject } from "./subject.ts";
import { proofView } from "./view.ts";

export interface ProofOptions extends Omit<CommandOptions, "format"> {
  subject: Subject;
  window: Window;
  force: boolean;
  json: boolean;
  quiet: boolean;
}

/** `lineage-report proof`: writes the evidence as a page and a CSV file that `verify` proves. Returns the exit code. */
export async function proofCommand(options: ProofOptions, context: Context): Promise<number> {
  const { subject, window, config, force, json, quiet } = options;
  const render = loadTemplates(config.templates);
  const progress = await createProgress({ stderr: context.stderr, now: context.now, quiet });
  const name = `${subject.kind}-${organizationFolder(subject.name)}_${runFolderName(window)}`;
  const folder = await openRunFolder(`${config.out.replace(/\/+$/, "")}/proofs/${name}`, { force, now: context.now });
  try {
    const { evidence, snapshot, queries } = await withSnapshot(options, context, "proof", async (snapshot, all) => {
      const { catalogue, used } = recording(all);
      await organizationsNamed(snapshot, catalogue, subject);
      const evidence = await readEvidence(snapshot, catalogue, subject, window, {
        limits: limitsOf(config),
        settleHours: config.limits.settleHours,
        asOf: options.asOf ?? snapshot.at,
        onPhase: (phase) => progress.phase(phase),
      });
      return { evidence, snapshot: { at: snapshot.at, id: snapshot.id }, queries: used() };
    });
    refuseTwo(evidence.organizations, subject);
    const asOf = options.asOf ?? snapshot.at;
    const data = csvOf(evidence, subject, window.timeZone);
    const sink = folder.csv(data.file, data.columns);
    for (const line of data.lines) await sink.writeLine(line);
    const tool = packageIdentity();
    const head = { subject, window, snapshot, asOf, tool, queries, data: { file: data.file, sha256: data.sha256 } };
    const page = render("proof", proofView(evidence, head));
    await folder.file("index.html", page);
    const manifest = await folder.publish({
      tool,
      window: { from: formatInstant(window.from), to: formatInstant(window.to), timeZone: window.timeZone },
      snapshot: { at: formatInstant(snapshot.at), id: snapshot.id },
      options: { proof: subject.kind, name: subject.name, asOf: formatInstant(asOf) },
      queries,
    });
    progress.stop();
    const sum = sumOf(evidence.totals);
    const sha256 = createHash("sha256").update(page).digest("hex");
    const result = { folder: folder.target, rows: sink.rows, intended: sum.intended, delivered: sum.delivered, sha256 };
    const percent = sum.percent === null ? "" : ` (${sum.percent.toFixed(2)} %)`;
    const lines = [
      folder.target,
      `${sink.rows} rows; ${sum.delivered} of ${sum.intended} items by receiver delivered${percent}`,
      `SHA-256 of index.html ${sha256}`,
      `checksum of manifest.json ${manifest.checksum}`,
    ];
    printLines(json ? [JSON.stringify({ ...result, checksum: manifest.checksum })] : lines, context);
    return 0;
  } finally {
    progress.stop();
    await folder.abort();
  }
}

/** The rows as they are written, and the hash of the file's bytes, which the page shows. */
function csvOf(evidence: Evidence, { kind }: Subject, timeZone: string) {
  const columns = kind === "sender" ? SUBMISSION_PROOF_COLUMNS : DELIVERY_PROOF_COLUMNS;
  const { header, formatRow } = createCsvFormatter(columns);
  const lines =
    kind === "sender"
      ? evidence.submissions.map((row) => formatRow(submissionCells(row, timeZone)))
      : evidence.deliveries.map((row) => formatRow(deliveryCells(row, timeZone)));
  const hash = createHash("sha256").update(header);
  for (const line of lines) hash.update(line);
  return { file: kind === "sender" ? "submissions.csv" : "deliveries.csv", columns, lines, sha256: hash.digest("hex") };
}
