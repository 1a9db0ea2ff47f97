import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { LINEAGE } from "./lineage.ts";

describe("lineage", () => testCases(LINEAGE));
