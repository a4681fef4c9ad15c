// Words that look like they belong to one person: an e-mail address, a telephone number, a number that names an account, a card or a person. Cheap and
// cautious: a finding is to be looked at, not a verdict.

const EMAIL = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
/** With a country code, or three groups of digits; never part of a longer number, a date or a decimal. */
const PHONE = /(?<![\w.,:/-])(?:\+\d{1,3}[ .-]?(?:\(?\d{1,5}\)?[ .-]?){2,5}\d{2,4}|\(\d{3}\) ?\d{3}[ -]\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w-]|[.,:/]\d)/;
/** Letters and countries of an IBAN, and what United States social security numbers look like. */
const ACCOUNT = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b|(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/;
const CARD = /(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w-]|\.\d)/g;

/** Whether a text holds personal data of one of these kinds. */
export function looksPersonal(text: string): boolean {
  if (text.includes("@") && EMAIL.test(text)) return true;
  if (!/\d{2}/.test(text)) return false;
  return PHONE.test(text) || ACCOUNT.test(text) || (text.match(CARD) ?? []).some((digits) => isCard(digits.replaceAll(/\D/g, "")));
}

/** 13 to 19 digits whose last one checks the others. Source: ISO/IEC 7812-1, annex B (Luhn). */
function isCard(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || /^(\d)\1*$/.test(digits)) return false;
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
