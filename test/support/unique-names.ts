import { beforeAll } from "vitest";

interface Task {
  name: string;
  type: string;
  tasks?: Task[];
}

/** The full names that more than one test of a file has. */
export function repeatedNames(file: Task): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const visit = (task: Task, above: string[]): void => {
    const path = [...above, task.name];
    const name = path.join(" > ");
    if (task.type === "test" && seen.has(name)) repeated.add(name);
    if (task.type === "test") seen.add(name);
    for (const inner of task.tasks ?? []) visit(inner, path);
  };
  for (const task of file.tasks ?? []) visit(task, []);
  return [...repeated];
}

// Two tests with one name cannot be told apart in a report, nor run alone.
// biome-ignore lint/correctness/noEmptyPattern: vitest reads the first parameter's source and takes nothing else
beforeAll(({}, file) => {
  const repeated = repeatedNames(file as Task);
  if (repeated.length > 0) throw new Error(`two tests have one name: ${repeated.join("; ")}`);
});
