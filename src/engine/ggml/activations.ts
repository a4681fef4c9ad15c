// Elementwise functions of neural networks and their adjoints, as ops; shapes are checked before the call.
import type { Graph, NativeGraph } from "./graph.ts";
import { handleOf, requireShape, sameShape, type Tensor } from "./tensor.ts";

const native = (graph: Graph) => graph as NativeGraph;

/** `x · Φ(x)` by the error function (Hendrycks & Gimpel 2016, arXiv:1606.08415), not its approximation by tanh. */
export function gelu(graph: Graph, x: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.gelu_erf(ctx, handleOf(x)), x.shape);
}

export function tanh(graph: Graph, x: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.tanh(ctx, handleOf(x)), x.shape);
}

export function silu(graph: Graph, x: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.silu(ctx, handleOf(x)), x.shape);
}

/** Adjoint of {@link silu} at `x` applied to `gradient`. */
export function siluBack(graph: Graph, gradient: Tensor, x: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(sameShape(gradient, x), "silu_back", gradient, x);
  return node(ggml.silu_back(ctx, handleOf(gradient), handleOf(x)), x.shape);
}

/** `silu(gate) · up`. */
export function swiglu(graph: Graph, gate: Tensor, up: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(sameShape(gate, up), "swiglu", gate, up);
  return node(ggml.swiglu_split(ctx, handleOf(gate), handleOf(up)), gate.shape);
}
