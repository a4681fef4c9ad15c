/** Public datasets worth starting with, by domain. */
const RECOMMENDED: Readonly<Record<string, readonly string[]>> = {
  healthcare: ["medalpaca/medical_meadow_medical_flashcards", "medalpaca/medical_meadow_mediqa", "bigbio/pubmed_qa", "BI55/MedText"],
  legal: ["pile-of-law/pile-of-law", "coastalcph/lex_glue", "nguha/legalbench", "jonathanli/law-stack-exchange"],
  finance: ["gbharti/finance-alpaca", "FinGPT/fingpt-sentiment-train", "takala/financial_phrasebank", "zeroshot/twitter-financial-news-sentiment"],
};

/** Hub ids of datasets for a domain; none for a domain that is not known. */
export function recommendDatasets(domain: string): readonly string[] {
  return Object.hasOwn(RECOMMENDED, domain) ? RECOMMENDED[domain]! : [];
}
