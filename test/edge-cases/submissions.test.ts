import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { SUBMISSIONS } from "./submissions.ts";

describe("submissions", () => testCases(SUBMISSIONS));
