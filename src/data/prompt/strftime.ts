const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A date at midnight in the words of C's strftime and the C locale (ISO C99, 7.23.3.5); letters that are not known stay. `month` from 1. */
export function strftime(format: string, year: number, month: number, day: number): string {
  const date = new Date(Date.UTC(year, month - 1, day));
  const dayOfYear = (date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1;
  const two = (value: number) => String(value).padStart(2, "0");
  const [monthName, dayName] = [MONTHS[month - 1]!, DAYS[date.getUTCDay()]!];
  const words: Readonly<Record<string, string>> = {
    Y: String(year), y: two(year % 100), m: two(month), d: two(day), e: String(day).padStart(2), j: String(dayOfYear).padStart(3, "0"),
    B: monthName, b: monthName.slice(0, 3), h: monthName.slice(0, 3), A: dayName, a: dayName.slice(0, 3), w: String(date.getUTCDay()), u: String(date.getUTCDay() || 7),
    H: "00", I: "12", p: "AM", M: "00", S: "00", f: "000000", "%": "%",
    D: `${two(month)}/${two(day)}/${two(year % 100)}`, F: `${year}-${two(month)}-${two(day)}`, T: "00:00:00", R: "00:00", n: "\n", t: "\t",
  };
  // A minus leaves out the padding, as glibc does.
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, bare: string, letter: string) => {
    const word = words[letter];
    if (word === undefined) return whole;
    return bare === "" ? word : word.replace(/^[0 ]+(?=.)/, "");
  });
}
