/** Whole numbers in any order and repetition as people write them: `1-3, 7`. */
export function ranges(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((left, right) => left - right);
  const parts: string[] = [];
  for (let first = 0; first < sorted.length; ) {
    let last = first;
    while (last + 1 < sorted.length && sorted[last + 1] === sorted[last] + 1) last++;
    parts.push(first === last ? `${sorted[first]}` : `${sorted[first]}-${sorted[last]}`);
    first = last + 1;
  }
  return parts.join(", ");
}
