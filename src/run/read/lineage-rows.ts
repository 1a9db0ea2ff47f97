import { ByteWords } from "../../lineage/byte-words.ts";
import { EdgeList } from "../../lineage/edge-list.ts";
import { FileTable } from "../../lineage/file-table.ts";
import type { ReportLinks } from "../../lineage/graph.ts";
import { Parties } from "../../lineage/parties.ts";
import { FLAG, ReportTable } from "../../lineage/report-table.ts";
import { STEPS } from "../../lineage/steps.ts";
import { SubmissionTable } from "../../lineage/submissions.ts";
import { TextPool } from "../../lineage/text-pool.ts";
import { shownFileName, transportOf } from "../../outcome/transport.ts";
import {
  type BinaryFields,
  type RowHandler,
  readInstant,
  readInt4,
  readInt8,
  readText,
} from "../../source/binary-rows.ts";
import type { Catalogue } from "../../source/catalogue.ts";
import { copyBinary, copyBinaryByKeys } from "../../source/copy-binary.ts";
import { estimatedRows } from "../../source/estimate.ts";
import type { ParameterValues } from "../../source/parameter-types.ts";
import type { Snapshot } from "../../source/snapshot.ts";

/** An estimate may be far off: beyond this, columns grow as rows come. */
const MOST_EXPECTED = 20_000_000;

/** Either a range of time (half-open, microseconds) or a list of keys; keys may be limited to what came after an instant. */
export type Reach =
  | { from: number; to: number }
  | { ids: readonly string[] }
  | { children: readonly string[] }
  | { children: readonly string[]; from: number; to: number }
  | { parents: readonly string[] }
  | { parents: readonly string[]; from: number; to?: number };

/** Counts rows as they are read, and throws when they take more room than there is. */
export interface RowBudget {
  take(query: string): void;
}

interface Begun {
  readonly time: { from: number; to: number };
  readonly read: Promise<void>;
}

export interface RowsOptions {
  /** Whose numbers senders and receivers get, where several tables are to agree. */
  parties?: { senders: Parties; receivers: Parties };
  budget?: RowBudget | undefined;
}

/**
 * Rows of the lineage in memory, and how each kind of row gets there: by binary COPY, field by
 * field out of the network's buffers, since an object a row would cost more than all the rest.
 */
export class LineageRows {
  readonly reports: ReportTable;
  readonly files = new FileTable();
  readonly tracking = new TextPool();
  readonly submissions: SubmissionTable;
  readonly links: ReportLinks = { parent: [], child: [] };
  edges = new EdgeList();
  readonly #snapshot: Snapshot;
  readonly #catalogue: Catalogue;
  readonly #stepOf = wordNumbers(STEPS);
  readonly #transports = new Map<string, number>();
  readonly #budget: RowBudget | undefined;
  /** The reports that are being read before `readByTime` asks for them. */
  #begun: Begun | undefined;

  constructor(snapshot: Snapshot, catalogue: Catalogue, { parties, budget }: RowsOptions = {}) {
    this.#snapshot = snapshot;
    this.#catalogue = catalogue;
    this.reports = new ReportTable(parties?.receivers);
    this.submissions = new SubmissionTable(parties?.senders ?? new Parties());
    this.#budget = budget;
  }

  /**
   * Begins to read the reports of a time, which `readByTime` goes on with: they are most of what is read, and the server is at work on them
   * while other things are asked through `besideReports`. Until then the snapshot's own session is busy: where something else fails, the
   * snapshot can only be closed.
   */
  async beginReports(time: { from: number; to: number }): Promise<void> {
    await this.#expectReports(time);
    const read = this.readReports(time);
    // Its error is met by whoever waits for it.
    read.catch(() => undefined);
    this.#begun = { time, read };
  }

  /**
   * Does what is to be done while reports are read: through the second session, or, where there is none, through the one that has read them.
   *
   * @throws what `work` throws, and what reading the reports throws, whichever is first
   */
  async besideReports<T>(work: (session: Snapshot) => Promise<T>): Promise<T> {
    const read = Promise.resolve(this.#begun?.read);
    const sibling = await this.#snapshot.sibling();
    if (!sibling) await read;
    const working = work(sibling ?? this.#snapshot);
    return Promise.race([working, read.then(() => working)]);
  }

  /** Reads the reports and the item edges of a time, at once: one server process fills a connection with half of what this process takes in. */
  async readByTime(time: { from: number; to: number }): Promise<void> {
    if (!this.#begun) await this.beginReports(time);
    const { time: asked, read } = this.#begun as Begun;
    if (asked.from !== time.from || asked.to !== time.to) throw new Error("the reports of another time are being read");
    await this.#atOnce(
      () => read,
      (snapshot) => this.readEdges(time, snapshot),
    );
    this.#begun = undefined;
  }

  /** Reads what the items' edges do not show, at once: the links into those of the reports that need them, and submissions. */
  async readBesideItems(linked: readonly string[], submitted: readonly string[]): Promise<void> {
    await this.#atOnce(
      () => this.readLinksInto(linked),
      (snapshot) => this.readSubmissions({ ids: submitted }, snapshot),
    );
  }

  /** Reads item edges. Reports that they name get a number, and nothing else. */
  async readEdges(reach: Reach, snapshot = this.#snapshot): Promise<void> {
    const { edges, tracking } = this;
    const { ids } = this.reports;
    let parent = -1;
    let child = -1;
    await this.#copy(
      "lineage-edges",
      reach,
      ({ buffer, offsets, lengths }) => {
        parent = ids.add(buffer, offsets[0], parent);
        child = ids.add(buffer, offsets[2], child);
        edges.add(
          parent,
          readInt4(buffer, offsets[1]),
          child,
          readInt4(buffer, offsets[3]),
          tracking.add(buffer, offsets[4], lengths[4]),
        );
      },
      snapshot,
    );
  }

  /** Reads report rows; and of files that were sent or fetched what is printed of them. */
  async readReports(reach: Reach): Promise<void> {
    const { files, reports } = this;
    const row = {
      actionId: 0,
      createdAt: 0,
      nextAction: 0,
      nextActionAt: 0,
      receiver: 0,
      itemCount: 0,
      itemCountBefore: 0,
      flags: 0,
      writtenBy: 0,
    };
    let report = -1;
    await this.#copy("lineage-reports", reach, (fields) => {
      const { buffer, offsets, lengths } = fields;
      row.actionId = readInt8(buffer, offsets[1]);
      row.createdAt = readInstant(buffer, offsets[2]);
      row.nextAction = this.#stepOf(buffer, offsets[3], lengths[3]);
      row.nextActionAt = lengths[4] < 0 ? Number.NaN : readInstant(buffer, offsets[4]);
      row.receiver = reports.receivers.idOfBytes(buffer, offsets[5], lengths[5]);
      row.itemCount = readInt4(buffer, offsets[6]);
      row.itemCountBefore = lengths[7] < 0 ? -1 : readInt4(buffer, offsets[7]);
      row.flags = readInt4(buffer, offsets[8]);
      row.writtenBy = this.#stepOf(buffer, offsets[9], lengths[9]);
      report = reports.ids.add(buffer, offsets[0], report);
      reports.set(report, row);
      if (lengths[12] < 0) return;
      const transport = this.#transportOf(fields);
      files.set(report, {
        name: this.#fileName(buffer, offsets[10], lengths[10], files.words.text(transport)),
        transport,
        format: files.words.idOfBytes(buffer, offsets[13], lengths[13]),
        topic: files.words.idOfBytes(buffer, offsets[14], lengths[14]),
      });
    });
  }

  /** Reads the links from these reports to children without items and to downloads, which item edges do not show. */
  async readLinks(reach: { parents: readonly string[]; from: number }): Promise<void> {
    await this.#copy("lineage-links", reach, ({ buffer, offsets }) => this.#addLink(buffer, offsets[0], offsets[1]));
  }

  /** Reads the links into those of the reports that have no items, and into downloads. Their rows must have been read. */
  async readLinksInto(ids: readonly string[]): Promise<void> {
    const { reports } = this;
    const children = ids.filter((id) => {
      const report = reports.ids.find(id);
      return reports.isLoaded(report) && isBesideItems(reports, report);
    });
    if (children.length === 0) return;
    await this.#copy("lineage-parents", { children }, ({ buffer, offsets }) =>
      this.#addLink(buffer, offsets[0], offsets[1]),
    );
  }

  /** Reads, of these reports, those that a sender submitted. */
  async readSubmissions(reach: { ids: readonly string[] }, snapshot = this.#snapshot): Promise<void> {
    const { files, reports, submissions } = this;
    await this.#copy(
      "lineage-submissions",
      reach,
      ({ buffer, offsets, lengths }) => {
        const report = reports.ids.add(buffer, offsets[0]);
        submissions.add(
          report,
          submissions.senders.idOfBytes(buffer, offsets[1], lengths[1]),
          lengths[5] < 0 ? -1 : readInt4(buffer, offsets[5]),
        );
        files.set(report, {
          name: files.names.add(buffer, offsets[4], lengths[4]),
          transport: 0,
          format: files.words.idOfBytes(buffer, offsets[3], lengths[3]),
          topic: files.words.idOfBytes(buffer, offsets[2], lengths[2]),
        });
      },
      snapshot,
    );
  }

  /** Reads the names of files that were made ready to be sent. */
  async readReadyFiles(ids: readonly string[], snapshot = this.#snapshot): Promise<void> {
    const { files, reports } = this;
    await this.#copy(
      "ready-files",
      { ids },
      ({ buffer, offsets, lengths }) => {
        files.set(reports.ids.add(buffer, offsets[0]), {
          name: files.names.add(buffer, offsets[1], lengths[1]),
          transport: 0,
          format: files.words.idOfBytes(buffer, offsets[2], lengths[2]),
          topic: files.words.idOfBytes(buffer, offsets[3], lengths[3]),
        });
      },
      snapshot,
    );
  }

  /** Makes room for the reports of a time, as many as the server expects. */
  async #expectReports(time: { from: number; to: number }): Promise<void> {
    const expected = await estimatedRows(this.#snapshot, this.#catalogue.find("lineage-reports"), time);
    this.reports.expect(Math.min(MOST_EXPECTED, Math.ceil(expected * 1.1)));
  }

  /** Two readings at once where the snapshot has a second session, and one after the other where it has none. */
  async #atOnce(first: () => Promise<void>, second: (snapshot: Snapshot) => Promise<void>): Promise<void> {
    const sibling = await this.#snapshot.sibling();
    if (!sibling) {
      await first();
      return await second(this.#snapshot);
    }
    const stop = async (error: unknown): Promise<never> => {
      await this.#snapshot.dismissSibling();
      throw error;
    };
    // Whichever fails, the snapshot's own session is free again for what comes next.
    const both = await Promise.allSettled([first().catch(stop), second(sibling)]);
    for (const one of both) if (one.status === "rejected") throw one.reason;
  }

  #addLink(buffer: Buffer, parent: number, child: number): void {
    const { ids } = this.reports;
    this.links.parent.push(ids.add(buffer, parent));
    this.links.child.push(ids.add(buffer, child));
  }

  /** The number of a file's type of transport, by the beginnings of its setting and its result. */
  #transportOf({ buffer, offsets, lengths }: BinaryFields): number {
    const params = text(buffer, offsets[11], lengths[11]);
    const result = text(buffer, offsets[12], lengths[12]);
    const key = `${params}\n${result?.slice(0, 60)}`;
    let transport = this.#transports.get(key);
    if (transport === undefined) {
      transport = this.files.words.id(transportOf(params, result));
      // Results of AS2 and GAEN name the file, so that keys need not repeat.
      if (this.#transports.size < 1000) this.#transports.set(key, transport);
    }
    return transport;
  }

  #fileName(buffer: Buffer, offset: number, length: number, transport: string): number {
    const { names } = this.files;
    if (length <= 0 || (transport !== "BLOBSTORE" && transport !== "")) return names.add(buffer, offset, length);
    const shown = Buffer.from(shownFileName(buffer.toString("utf8", offset, offset + length), transport));
    return names.add(shown, 0, shown.length);
  }

  /** Reads the links from these reports to whatever was made of them, and hands back those to children that item edges may not show. */
  async readChildren(parents: readonly string[]): Promise<{ parent: number; child: number }[]> {
    const { reports } = this;
    const before = reports.size;
    const unknown: { parent: number; child: number }[] = [];
    await this.#copy("lineage-children", { parents }, ({ buffer, offsets }) => {
      const child = reports.ids.add(buffer, offsets[1]);
      if (child < before && reports.isLoaded(child) && !isBesideItems(reports, child)) return;
      unknown.push({ parent: reports.ids.add(buffer, offsets[0]), child });
    });
    return unknown;
  }

  async #copy(name: string, reach: Reach, take: RowHandler, snapshot = this.#snapshot): Promise<void> {
    const query = this.#catalogue.find(name);
    const budget = this.#budget;
    const onRow = budget
      ? (fields: BinaryFields): void => {
          budget.take(name);
          take(fields);
        }
      : take;
    for (const [key, values] of Object.entries(reach)) {
      if (!Array.isArray(values)) continue;
      const rest = "from" in reach ? { from: reach.from, ...("to" in reach ? { to: reach.to } : {}) } : {};
      await copyBinaryByKeys(snapshot, query, key, values as string[], onRow, rest as ParameterValues);
      return;
    }
    await copyBinary(snapshot, query, reach as ParameterValues, onRow);
  }
}

/** Whether item edges do not show what a report was made of. The query lineage-links says why. */
export function isBesideItems({ itemCount, flags }: ReportTable, report: number): boolean {
  return itemCount[report] === 0 || (flags[report] & FLAG.downloaded) !== 0;
}

function text(buffer: Buffer, offset: number, length: number): string | null {
  return length < 0 ? null : readText(buffer, offset, length);
}

/** Numbers words by their bytes; 0 for null, and "other" for a word that is not among them. */
function wordNumbers(words: readonly string[]): (buffer: Buffer, offset: number, length: number) => number {
  const known = new ByteWords();
  words.forEach((word, number) => {
    const bytes = Buffer.from(word);
    known.add(bytes, 0, bytes.length, number);
  });
  const other = words.indexOf("other");
  return (buffer, offset, length) => {
    if (length <= 0) return 0;
    const number = known.find(buffer, offset, length);
    return number < 0 ? other : number;
  };
}
