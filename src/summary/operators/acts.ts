import type { Acts } from "../../outcome/words.ts";
import type { QuietSubject } from "../types.ts";

/** Who has to do something about a last-mile failure: send it again, or say whether it arrived. */
export function actsOnFailure(state: string): Acts {
  switch (state) {
    case "open":
      return "reportstream";
    case "maybe delivered":
      return "receiver";
    default:
      return "nobody";
  }
}

/** Errors of a connection whose cause lies in ReportStream's own settings. */
const OUR_OWN: readonly string[] = ["credential missing", "internal"];

/** Who can bring a connection up again. */
export function actsOnOutage(errorFamily: string): Acts {
  return OUR_OWN.includes(errorFamily) ? "reportstream" : "receiver";
}

/** Who knows why there is nothing: a sender about itself, ReportStream about what it sends. */
export function actsOnQuiet(kind: QuietSubject["kind"]): Acts {
  return kind === "receiver" ? "reportstream" : "sender";
}
