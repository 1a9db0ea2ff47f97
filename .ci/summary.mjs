// Prints `N passed, N failed` from vitest's JSON report, and fails unless all passed. A report that is
// missing means that the tests never ran to their end: nothing passed, and that is one failure.
import { readFileSync } from "node:fs";

function counts(file) {
  try {
    const report = JSON.parse(readFileSync(file, "utf8"));
    // A file that cannot even be loaded has no test that failed, but is a failure all the same.
    const brokenFiles = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((result) => result.status === "failed"),
    );
    return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const { passed, failed } = counts(process.argv[2]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
