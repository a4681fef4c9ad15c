// A graph is static: ops are recorded in program order, memory is planned once, and every step only writes inputs and computes.
import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import { newTensor } from "./arena.ts";
import { computeGraph, type Backend, type NativeBackend } from "./backend.ts";
import { outOfMemory } from "./errors.ts";
import { innermostFirst, type NativeTensor, type Tensor } from "./tensor.ts";

export interface Graph {
  readonly backend: Backend;
  /** Declares a tensor that is written before each computation and whose memory is not reused. */
  input(type: TensorTypeName, shape: readonly number[]): Tensor;
  /** Keeps a result readable after the computation. */
  output(tensor: Tensor): Tensor;
  /** Plans and allocates memory; call once, after the last op. @throws `engine.out_of_memory` */
  allocate(): void;
  /** Runs all ops. One at a time per backend. @throws `engine.compute_failed` */
  compute(): Promise<void>;
  readonly nodeCount: number;
  /** Bytes of working memory (activations), known after `allocate`. */
  readonly sizeBytes: number;
  dispose(): void;
}

/** The same with what the ops need. */
export interface NativeGraph extends Graph {
  readonly ggml: NativeBackend["native"]["ggml"];
  readonly ctx: bigint;
  /** Records the result of a C op as the next node. */
  node(handle: bigint | null, shape: readonly number[], type?: TensorTypeName): NativeTensor;
}

/** Opens an empty graph for at most `maxNodes` ops. Dispose it once. */
export function createGraph(backend: Backend, maxNodes: number): Graph {
  const { native, bufferType } = backend as NativeBackend;
  const { ggml } = native;
  // A graph keeps a node list, a leaf list and a hash set of about twice their size, all of pointers.
  const ctx = ggml.init({ mem_size: maxNodes * (2 * ggml.tensor_overhead() + 96) + (1 << 16), mem_buffer: null, no_alloc: true });
  if (ctx === null) throw outOfMemory("graph descriptions");
  const cgraph = ggml.new_graph_custom(ctx, maxNodes, false) as bigint;
  let allocator: bigint | null = null;
  let declared = 0;
  const countOne = () => {
    declared += 1;
    if (declared >= maxNodes) throw new RangeError(`internal: a graph for ${maxNodes} ops was asked for more`);
  };
  const graph: NativeGraph = {
    backend,
    ggml,
    ctx,
    node(handle, shape, type = "f32") {
      countOne();
      ggml.build_forward_expand(cgraph, handle);
      return { handle: handle as bigint, shape, type };
    },
    input(type, shape) {
      countOne();
      const handle = newTensor(ggml, ctx, TENSOR_TYPES[type].id, innermostFirst(shape));
      ggml.set_input(handle);
      // An input keeps its memory through the whole graph: it may be read again when a layer is recomputed.
      ggml.set_output(handle);
      // A leaf of the graph gets memory even where no op reads it (the gradient's indices in a forward-only graph).
      ggml.build_forward_expand(cgraph, handle);
      return { handle, shape, type } as NativeTensor;
    },
    output(tensor) {
      ggml.set_output((tensor as NativeTensor).handle);
      return tensor;
    },
    allocate() {
      allocator = ggml.gallocr_new(bufferType);
      if (!ggml.gallocr_alloc_graph(allocator, cgraph)) throw outOfMemory("activations");
    },
    compute: () => computeGraph(backend as NativeBackend, cgraph),
    get nodeCount() {
      return ggml.graph_n_nodes(cgraph);
    },
    get sizeBytes() {
      return allocator === null ? 0 : ggml.gallocr_get_buffer_size(allocator, 0);
    },
    dispose() {
      if (allocator !== null) ggml.gallocr_free(allocator);
      allocator = null;
      ggml.free(ctx);
    },
  };
  return graph;
}
