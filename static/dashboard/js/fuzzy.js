// How well letters match a text, in order but with gaps: higher is better, null is not at all.
const START = 8;
const WORD = 6;
const NEXT = 5;

export function match(letters, text) {
  const wanted = letters.toLowerCase().replace(/\s+/g, "");
  const lower = text.toLowerCase();
  if (!wanted) return { score: 0, places: [] };
  const whole = lower.indexOf(letters.toLowerCase().trim());
  if (whole >= 0) {
    const places = Array.from(letters.trim(), (_, n) => whole + n);
    return { score: 60 + bonus(lower, whole) + wanted.length * NEXT - lower.length / 50, places };
  }
  const places = [];
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const place = lower.indexOf(letter, from);
    if (place < 0) return null;
    score += bonus(lower, place) + (places.at(-1) === place - 1 ? NEXT : 0) - Math.min(place - from, 8) / 4;
    places.push(place);
    from = place + 1;
  }
  return { score: score - lower.length / 50, places };
}

function bonus(text, place) {
  if (place === 0) return START;
  return /[\s\-_/.:·]/.test(text[place - 1]) ? WORD : 0;
}
