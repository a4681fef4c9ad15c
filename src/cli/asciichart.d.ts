declare module "asciichart" {
  /** Draws a line chart as text, one character a point. */
  export function plot(series: readonly number[], options?: { readonly height?: number; readonly format?: (value: number) => string }): string;
}
