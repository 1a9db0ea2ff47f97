import { describe } from "vitest";
import { testCases } from "./edge-case.ts";
import { FIGURES } from "./figures.ts";

describe("figures that stored functions get wrong", () => testCases(FIGURES));
