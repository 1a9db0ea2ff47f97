import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { STATUS } from "./status.ts";

describe("ReportStream's own status", () => testCases(STATUS));
