import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { TIME } from "./time.ts";

describe("time", () => testCases(TIME));
