import { defineCommand } from "./command.ts";
import { listingOptions, readListing, wholeNumber } from "./organizations-options.ts";

const { "as-of": _, ...options } = listingOptions;

export const organizationsKeys = defineCommand({
  words: "organizations keys",
  describe: "public keys of organizations by scope, with thumbprints and what is wrong with them",
  details: [
    "Lists the keys in force: id, type, use, size or curve, SHA-256 thumbprint (RFC 7638), and since when and which version it has been " +
      "there. It notes keys that look weak, ids that are there twice, keys of two organizations, scopes of another organization and " +
      "scopes with too many keys.",
    "A private member in a setting (d, p, q, dp, dq, qi, oth, k) is an alarm, on stderr and beside the key. Its value is not read " +
      "from the database.",
  ],
  examples: [
    ["organizations keys", "everybody's keys"],
    ["organizations keys acme-labs --json", "one organization's, for a program"],
  ],
  positionals: { name: { describe: "an organization; all without it", optional: true } },
  options: {
    "keys-per-scope": {
      type: "text",
      value: "N",
      describe: "report scopes with more keys than this, ReportStream's MAX_NUM_KEY_PER_SCOPE",
      otherwise: "10",
    },
    ...options,
  },
  async run(args, context) {
    const { KEYS_PER_SCOPE, keysCommand } = await loadKeys();
    const keysPerScope = wholeNumber("--keys-per-scope", args.keysPerScope ?? String(KEYS_PER_SCOPE), 1000);
    const listing = await readListing({ ...args, asOf: undefined }, context);
    return keysCommand({ ...listing, organization: args.name, keysPerScope }, context);
  },
});

async function loadKeys() {
  const { KEYS_PER_SCOPE } = await import("../organizations/keys.ts");
  const { keysCommand } = await import("../organizations/keys-command.ts");
  return { KEYS_PER_SCOPE, keysCommand };
}
