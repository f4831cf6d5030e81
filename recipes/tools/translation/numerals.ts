// Numbers from 0 to 999,999 in words, in Russian and in English.

const russianUnits = "ноль один два три четыре пять шесть семь восемь девять".split(" ");
const russianTeens = [
  ..."десять одиннадцать двенадцать тринадцать четырнадцать".split(" "),
  ..."пятнадцать шестнадцать семнадцать восемнадцать девятнадцать".split(" "),
];
const russianTens = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split(" ");
const russianHundreds = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split(" ");

const englishUnits = "zero one two three four five six seven eight nine".split(" ");
const englishTeens = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
const englishTens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** The greatest number that has words here. */
export const greatestNumeral = 999_999;

/** A number below 1000 in Russian, in the masculine, or in the feminine that "тысяча" asks for: одна, две. */
function russianBelow1000(n: number, isFeminine: boolean): string[] {
  const words = n >= 100 ? [russianHundreds[Math.floor(n / 100) - 1]!] : [];
  const rest = n % 100;
  if (rest >= 10 && rest < 20) return [...words, russianTeens[rest - 10]!];
  if (rest >= 20) words.push(russianTens[Math.floor(rest / 10) - 2]!);
  const unit = rest % 10;
  if (unit > 0) words.push(isFeminine && unit === 1 ? "одна" : isFeminine && unit === 2 ? "две" : russianUnits[unit]!);
  return words;
}

/** тысяча after 1, тысячи after 2 to 4, тысяч after all others; 11 to 14 are others. */
function thousandsWord(n: number): string {
  const [unit, isTeen] = [n % 10, Math.floor((n % 100) / 10) === 1];
  if (isTeen || unit === 0 || unit > 4) return "тысяч";
  return unit === 1 ? "тысяча" : "тысячи";
}

/** "сто двадцать одна тысяча два" for 121,002. */
export function russianNumeral(n: number): string {
  if (n === 0) return russianUnits[0]!;
  const thousands = Math.floor(n / 1000);
  const upper = thousands > 0 ? [...russianBelow1000(thousands, true), thousandsWord(thousands)] : [];
  return [...upper, ...russianBelow1000(n % 1000, false)].join(" ");
}

function englishBelow1000(n: number): string[] {
  const words = n >= 100 ? [englishUnits[Math.floor(n / 100)]!, "hundred"] : [];
  const rest = n % 100;
  if (rest >= 10 && rest < 20) return [...words, englishTeens[rest - 10]!];
  const [tens, unit] = [Math.floor(rest / 10), rest % 10];
  const parts = [...(tens > 0 ? [englishTens[tens - 2]!] : []), ...(unit > 0 ? [englishUnits[unit]!] : [])];
  return parts.length > 0 ? [...words, parts.join("-")] : words;
}

/** "one hundred twenty-one thousand two" for 121,002. */
export function englishNumeral(n: number): string {
  if (n === 0) return englishUnits[0]!;
  const thousands = Math.floor(n / 1000);
  const upper = thousands > 0 ? [...englishBelow1000(thousands), "thousand"] : [];
  return [...upper, ...englishBelow1000(n % 1000)].join(" ");
}
