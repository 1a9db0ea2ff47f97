import { HOUR, type Micros } from "../../../time/instant.ts";
import type { Receiver, Sender, Topic } from "../cast.ts";
import { submitLegacy } from "../pipeline/legacy.ts";
import { submit } from "../pipeline/submit.ts";
import type { FilePlan, ItemPlan, Lane, LegacyPlan, LegacyRow, RoutePlan, UpPlan } from "../plan.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

/** How often each recipe is played on the last complete day. */
export const ROUNDS = 3;

/** A recipe: something that happens to submissions, told by what it does differently. */
export type Recipe = (stage: Stage, variant: string, round: number) => void;

/** What recipes play on: the last complete day, with receivers and senders by name. */
export class Stage {
  readonly world: World;
  readonly random: Random;
  private lanes = 0;
  private accessions = 0;

  constructor(world: World) {
    this.world = world;
    this.random = world.random.fork("recipes");
  }

  /** Some time yesterday, early enough that what follows has followed by midnight. */
  time(fromHour = 1, toHour = 16): Micros {
    return this.world.settled.yesterday.from + this.random.int(fromHour * HOUR, toHour * HOUR);
  }

  receiver(fullName: string): Receiver {
    const found = this.world.cast.receivers.find((receiver) => receiver.fullName === fullName);
    if (!found) throw new RangeError(`the sample's cast has no receiver ${fullName}`);
    return found;
  }

  sender(fullName: string): Sender {
    const found = this.world.cast.senders.find((sender) => sender.fullName === fullName);
    if (!found) throw new RangeError(`the sample's cast has no sender ${fullName}`);
    return found;
  }

  /** A sender of a topic, another one each round. */
  senderOf(topic: Topic, round: number): Sender {
    const list = this.world.cast.senders.filter((sender) => sender.topic === topic && sender.status === "active");
    return list[round % list.length] as Sender;
  }

  /** Receivers by SFTP that get a file soon after, the look-alikes among them; another one each round. */
  sftpReceiver(round: number): Receiver {
    return this.receiver(SFTP[round % SFTP.length] as string);
  }

  lane(variant: string, file: Omit<FilePlan, "variant">, neverBatched = false): Lane {
    return { key: `${variant} ${++this.lanes}`, file: { ...file, variant }, neverBatched };
  }

  /**
   * A submission to the universal pipeline; over HTTP, from a sender of the first receiver's topic,
   * unless told. Files that the recipe says nothing about go out without trouble.
   */
  up(variant: string, round: number, items: readonly ItemPlan[], more: Partial<UpPlan> = {}): void {
    const topic = items.flatMap((item) => item.routes)[0]?.receiver.topic ?? "full-elr";
    submit(this.world, {
      at: this.time(),
      sender: this.senderOf(topic, round),
      via: "http",
      externalName: `${variant.replace(/[^a-z0-9]+/g, "-")}-${round + 1}.hl7`,
      variant,
      items: items.map((item) => ({ ...item, routes: item.routes.map((route) => ({ lane: SMOOTH, ...route })) })),
      ...more,
    });
  }

  /** A few items, all to one receiver, in files with one fate. */
  file(
    variant: string,
    round: number,
    receiver: Receiver,
    file: Omit<FilePlan, "variant">,
    more: Partial<UpPlan> = {},
  ): void {
    const lane = this.lane(variant, file);
    this.up(variant, round, this.items(1 + round, { receiver, lane }), more);
  }

  items(count: number, route: RoutePlan): ItemPlan[] {
    return Array.from({ length: count }, () => ({ routes: [route] }));
  }

  legacy(variant: string, round: number, rows: readonly LegacyRow[], more: Partial<LegacyPlan> = {}): void {
    const topic = rows.flatMap((row) => row.routes)[0]?.receiver.topic ?? "covid-19";
    const mode = more.mode ?? "sync";
    submitLegacy(this.world, {
      at: this.time(),
      sender: this.legacySender(topic, mode),
      mode,
      externalName: `${variant.replace(/[^a-z0-9]+/g, "-")}-${round + 1}.csv`,
      variant,
      rows,
      lanes: new Map(rows.flatMap((row) => row.routes).map(({ receiver }) => [receiver.fullName, SMOOTH])),
      ...more,
    });
  }

  /** Rows with accessions of their own, all with the same routes. */
  rows(count: number, routes: LegacyRow["routes"]): LegacyRow[] {
    return Array.from({ length: count }, () => ({ tracking: this.accession(), routes }));
  }

  accession(): string {
    return `REC-${String(++this.accessions).padStart(5, "0")}`;
  }

  private legacySender(topic: Topic, mode: "sync" | "async"): Sender {
    if (topic === "monkeypox") return this.sender("pp-labs.mpx");
    return this.sender(mode === "sync" ? "pp-labs.covid" : "toledo-lab.covid");
  }
}

const SMOOTH: Lane = { key: "smooth", file: { series: { failures: 0, end: "sent" } } };

const SFTP = ["bb-phd.elr", "ca-dph.elr", "CA-DPH.elr", "../evil.elr", "ca-dph-x.elr", "aa-phd.default", "aa-phd.elr"];
