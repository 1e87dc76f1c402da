// What the kinds of package explain look like: a letter, so that nothing is said by
// colour alone, and a name. Their colours are in style.css, by the class k-KIND.

const kinds = {
  control: ["C", "control"],
  length: ["L", "length"],
  pin: ["P", "PIN"],
  fill: ["F", "fill"],
  random: ["R", "random fill"],
  pan: ["A", "account number"],
  mixed: ["⊕", "mixed"],
  cipher: ["E", "enciphered"],
  key: ["K", "key"],
  index: ["I", "index"],
  sequence: ["S", "sequence number"],
  taken: ["✓", "taken"],
  skipped: ["–", "skipped"],
  id: ["B", "key set"],
  device: ["D", "device"],
  counter: ["N", "counter"],
  header: ["H", "header"],
  optional: ["O", "optional block"],
  mac: ["M", "MAC"],
  check: ["V", "check value"],
  right: ["✓", "right"],
  wrong: ["✗", "wrong"],
};

// letter returns the letter of a kind; "" has none.
export const letter = (kind) => kinds[kind]?.[0] ?? "";

// label returns the name of a kind; one that is not known is its own.
export const label = (kind) => kinds[kind]?.[1] ?? kind ?? "";

// tint returns the class of a kind.
export const tint = (kind) => (kind ? "kind k-" + kind : "kind");

// ops are what is done with the rows above a row: a sign, and words.
export const ops = {
  xor: ["⊕", "exclusive or"],
  and: ["∧", "bitwise and"],
  encipher: ["↓", "encipher"],
  decipher: ["↓", "decipher"],
  take: ["↓", "take"],
  decimalize: ["↓", "decimalize"],
  add: ["+", "add digit by digit, modulo 10"],
  subtract: ["−", "subtract digit by digit, modulo 10"],
  derive: ["↓", "derive"],
  compare: ["≟", "compare"],
};
