/** Where what a card speaks of is published; what is not known is not said. */
export interface CardPlace {
  /** `owner/name` of the model. */
  readonly modelId?: string;
  /** The dataset, and the commit that holds its rows. */
  readonly dataset?: { readonly id: string; readonly tag: string | null; readonly commit: string };
  readonly evaluationsId?: string;
  /** Default: https://huggingface.co */
  readonly endpoint?: string;
}

export const HUB = "https://huggingface.co";
