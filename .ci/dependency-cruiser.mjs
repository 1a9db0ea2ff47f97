// Which module may know which. TypeScript 7 has no programming interface for tools to read .ts with, so the rules are
// checked on the compiled program in dist/ (`npm run boundaries` after a build). Imports of types alone
// are gone there, and rightly: a type ties nobody to Postgres.

const PURE = "^dist/(lineage|outcome|summary|action-log|time|schedule|report)/";
const FILES = "^(node:)?fs(/promises)?$";
const NETWORK = "^(node:)?(net|tls|http|https|http2|dgram|dns|child_process)(/promises)?$";
const POSTGRES = "(^|node_modules/)pg[a-z-]*(/|$)";
const MAIL = "(^|node_modules/)(nodemailer|smtp-server)(/|$)";
// These read files and never write one; test/project/boundaries.test.ts looks at which functions they take.
export const READERS = [
  "config",
  "source",
  "package",
  "report/templates",
  "tables/file",
  "mail/run-files",
  "mail/authority",
];

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

export default {
  forbidden: [
    rule(
      "only-source-knows-postgres",
      "Snapshot, timeouts, cancelling and errors of the database are got right in one place.",
      { path: "^dist/", pathNot: "^dist/(source|embedded|ledger|tables/store)(/|\\.js$)" },
      { path: POSTGRES },
    ),
    rule(
      "only-ledger-writes-claims",
      "Of many schedulers one gets a run only while every change of a claim is a statement of ledger/; a session there can write, " +
        "so nobody else may open one.",
      { path: "^dist/", pathNot: "^dist/(ledger|scheduler|mail|embedded)/" },
      { path: "^dist/ledger/(connection|runs|mails|schema)\\.js$" },
    ),
    rule(
      "only-mail-speaks-smtp",
      "Recipients are checked and a mail's state is recorded in one place; a second one would send without either.",
      { path: "^dist/", pathNot: "^dist/(mail|embedded)/" },
      { path: MAIL },
    ),
    rule(
      "files-at-the-edges",
      "output/ writes so that a reader never sees half a file, a large comparison of tables spills beside it, and the audit log of tables is only ever appended to; the others " +
        "named here read what comes with the program or what a person hands over.",
      {
        path: "^dist/",
        pathNot: `^dist/(output|embedded|${READERS.join("|")})(/|\\.js$)|^dist/tables/(diff/spill-folder|store/audit-log)`,
      },
      { path: FILES },
    ),
    rule(
      "pure-in-the-middle",
      "The rules and sums are functions of plain data, so that they are tested without a database and give the same for the same.",
      { path: PURE },
      {
        path: `${NETWORK}|${POSTGRES}|${MAIL}|^dist/(cli|source|output|embedded|mail|run|query)/|^dist/progress\\.js$`,
      },
    ),
    rule(
      "cli-to-bin-only",
      "Commands parse and print; whoever wants the work itself calls the library below them.",
      { path: "^dist/", pathNot: "^dist/(cli/|bin\\.js$)" },
      { path: "^dist/cli/" },
    ),
    rule(
      "parser-in-cli-only",
      "The command line's parser is a matter of the command line, and the slowest thing to load.",
      { path: "^dist/", pathNot: "^dist/cli/" },
      { path: "(^|node_modules/)yargs(/|$)" },
    ),
    rule(
      "nothing-imports-tests",
      "A program that needs its tests cannot be installed.",
      { path: "^dist/" },
      { path: "^test/" },
    ),
    rule(
      "no-cycles",
      "Of two modules that need each other, neither can be read, tested or moved alone.",
      { path: "^dist/" },
      { circular: true },
    ),
    rule(
      "installed-packages-only",
      "A package that is only there for development, or by luck, is missing where the program is installed.",
      { path: "^dist/" },
      { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    ),
    rule(
      "resolvable",
      "An import that leads nowhere fails when it is reached.",
      { path: "^dist/" },
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    moduleSystems: ["es6"],
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
