import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { PROGRESS } from "./progress.ts";

describe("statuses in progress", () => testCases(PROGRESS));
