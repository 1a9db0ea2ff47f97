/** A name cut to so many characters with an ellipsis in its middle, since names differ at both ends. */
export function shortened(name: string, length: number): string {
  const characters = [...name];
  if (characters.length <= length) return name;
  const head = Math.ceil((length - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (length - 1 - head)).join("")}`;
}
