// Personal data in what a visitor is about to send. The server masks it too (bot/redaction.py); this warns beforehand.
const EMAIL = /[\w.+'-]+@([\w-]+(?:\.[\w-]+)+)/g;
const IBAN = /\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,30}/gi;
const BSN = /(?<!\d)\d(?:[ .-]?\d){8}(?![ .-]?\d)/g;
const PHONE = /(?<![\w+])(?:(?:\+|00)(?:[ ./()-]{0,2}\d){9,14}|0(?:[ ./()-]{0,2}\d){9})(?!\d)/g;
const ADDRESS = /(?<!\d)([1-9]\d{3})( ?)([A-Z]{2})([ ,]{0,3})(?:nr\.? ?|huisnummer ?)?\d{1,5}(?!\d)/gi;
const YEARS = /(?<!\d)(?:19|20)\d\d(?!\d)/;

function isBsn(text) {
  const number = text.replace(/\D/g, "").padStart(9, "0");
  const sum = [...number].reduce((total, digit, at) => total + digit * (at === 8 ? -1 : 9 - at), 0);
  return sum % 11 === 0 && Number(number) > 0 && !YEARS.test(text);
}

function isIban(text) {
  const code = text.replace(/[ .-]/g, "").toUpperCase();
  // An account number may be followed by other words: each length down to the shortest is tried.
  for (let length = Math.min(code.length, 34); length >= 15; length--) {
    const turned = code.slice(4, length) + code.slice(0, 4);
    let rest = 0;
    for (const sign of turned) rest = Number(`${rest}${parseInt(sign, 36)}`) % 97;
    if (rest === 1) return true;
  }
  return false;
}

// "1980 en 2021": a small word after a year, not the letters of a postcode.
const isAddress = ([, number, before, letters, after]) =>
  !(before && after && letters === letters.toLowerCase() && YEARS.test(number));

// One kind after another: what an account number holds is no telephone number.
const KINDS = [
  ["email", EMAIL, ([, host]) => !/(^|\.)enschede\.nl$/i.test(host)],
  ["iban", IBAN, ([code]) => isIban(code)],
  ["phone", PHONE, () => true],
  ["bsn", BSN, ([number]) => isBsn(number)],
  ["address", ADDRESS, isAddress],
];

/** The kinds of personal data in a text: email, iban, phone, bsn, address. */
export function personalData(text) {
  return KINDS.filter(([, pattern, holds]) => {
    const found = [...text.matchAll(pattern)].filter(holds);
    for (const [part] of found) text = text.replace(part, " ");
    return found.length > 0;
  }).map(([kind]) => kind);
}
