import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { FOUND } from "./found.ts";

describe("cases found on the way", () => testCases(FOUND));
