// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import Synchronization

/// Batches of many small matrices, in kernels with a matrix a lane.
///
/// A kernel goes the way that suits nearly all matrices, and says which it does not suit: those, and what is
/// wrong with them, are left to LAPACK one by one.
enum SmallMatrices {
  /// Fewer matrices are done by LAPACK before a kernel is compiled.
  private static let smallestBatch = 64

  /// The largest order of matrices that solutions are computed for here; of the code for larger ones little is left in
  /// the caches.
  static let largestOrderOfSolutions = 16

  /// Whether a batch is large enough and its matrices are small enough: of an order up to `largestOrder`.
  static func areWorthwhile(
    _ matrices: Tensor<Double>, upTo largestOrder: Int = KernelChain.largestOrder
  ) -> Bool {
    let shape = matrices.shape
    guard shape.count >= 3 && shape[shape.count - 1] == shape[shape.count - 2] else { return false }
    return (1...largestOrder).contains(shape[shape.count - 1])
      && shape.dropLast(2).reduce(1, *) >= smallestBatch
  }

  // MARK: Eigenvalues

  static func symmetricEigenvalues(_ matrices: Tensor<Double>) throws(LinearAlgebraError) -> Tensor<Double> {
    let n = matrices.shape[matrices.rank - 1]
    let workspace = SymmetricEigenWorkspace<Double>(n: n)
    return try run(eigenvalueChains.chain(order: n), on: matrices, columns: n) {
      (matrix, _, values) throws(LinearAlgebraError) in
      try workspace.eigenvalues(destroying: matrix, values: values)
    }
  }

  private static let eigenvalueChains = ChainCache { n in
    let matrix = variables("a", n)
    return .symmetricEigenvalues(of: matrix, inputs: matrix.flatMap { $0 })
  }

  // MARK: Solutions

  static func solvePositiveDefinite(
    _ matrices: Tensor<Double>, _ vectors: Tensor<Double>
  ) throws(LinearAlgebraError) -> Tensor<Double> {
    let n = matrices.shape[matrices.rank - 1]
    return try run(solutionChains.chain(order: n), on: matrices, vectors, columns: n) {
      (matrix, vector, solution) throws(LinearAlgebraError) in
      guard isAllFinite(matrix, count: n * n), isAllFinite(vector!, count: n) else { throw .notFinite }
      let info = LinearAlgebra.choleskyFactor(matrix, n: n)
      if info > 0 { throw .notPositiveDefinite(leadingMinor: info) }
      solution.update(from: vector!, count: n)
      LinearAlgebra.choleskySolve(matrix, n: n, columns: 1, solution)
    }
  }

  private static let solutionChains = ChainCache { n in
    let (matrix, vector) = (variables("a", n), variables("b", n).map { $0[0] })
    let factors = BlockLDL(matrix)
    let solution = factors.solve(vector)
    // Infinite and NaN solutions are not right either, whatever they come from.
    let isFinite = solution.reduce(0, +)
    let failed = select(factors.isSafelyPositiveDefinite && isFinite - isFinite .== 0, 0, 1)
    let inputs = matrix.flatMap { $0 } + vector
    let kernel = compile(outputs: solution + [failed], inputs: inputs)
    let values = (0..<n).map { KernelChain.Place.output($0) }
    return KernelChain(
      [.init(kernel, reads: inputs.indices.map { .input($0) }, writes: values + [.block(0)])], failures: 0)
  }

  /// The lower triangle of a matrix of variables, by rows.
  private static func variables(_ name: String, _ n: Int) -> [[Expr]] {
    (0..<n).map { i in (0...i).map { Expr.variable("\(name)\(i)_\($0)") } }
  }

  // MARK: Running

  /// Runs a chain whose inputs are the lower triangle of a matrix and a vector, and whose outputs are a result
  /// of `columns` numbers. Where that is of no use `fallback` computes it, from the whole matrix in rows.
  private static func run(
    _ chain: KernelChain, on matrices: Tensor<Double>, _ vectors: Tensor<Double>? = nil, columns: Int,
    fallback: (
      _ matrix: UnsafeMutablePointer<Double>, _ vector: UnsafeMutablePointer<Double>?,
      _ result: UnsafeMutablePointer<Double>
    ) throws(LinearAlgebraError) -> Void
  ) throws(LinearAlgebraError) -> Tensor<Double> {
    let n = matrices.shape[matrices.rank - 1]
    let batch = Array(matrices.shape.dropLast(2))
    let count = batch.reduce(1, *)
    let flat = matrices.rank == 3 ? matrices : matrices.reshaped([count, n, n])
    let vectors = vectors.map { $0.rank == 2 ? $0 : $0.reshaped([count, n]) }
    let results = Tensor<Double>(columnsOf: count, [columns])
    var failures: [Int] = []
    flat.withUnsafeStridedPointer { base, strides in
      var inputs: [InputColumn<Double>] = []
      for i in 0..<n {
        let row = base + i * strides[1]
        for j in 0...i { inputs.append(InputColumn(base: row + j * strides[2], stride: strides[0])) }
      }
      vectors?.withUnsafeStridedPointer { base, strides in
        inputs += (0..<n).map { InputColumn(base: base + $0 * strides[1], stride: strides[0]) }
      }
      let outputs = (0..<columns).map {
        OutputColumn(base: results.storage.base + $0 * results.strides[1], stride: results.strides[0])
      }
      failures = chain.run(count: count, inputs: inputs, outputs: outputs)
    }
    withExtendedLifetime(vectors) {}
    var result = [Double](repeating: 0, count: columns)
    for failed in failures {
      var matrix = flat.row(failed).scalars
      for i in 0..<n { for j in 0..<i { matrix[j * n + i] = matrix[i * n + j] } }
      var vector = vectors?.row(failed).scalars ?? []
      do throws(LinearAlgebraError) {
        try fallback(&matrix, &vector, &result)
      } catch {
        throw error.ofMatrix(failed)
      }
      for column in 0..<columns {
        results.storage.base[failed * results.strides[0] + column * results.strides[1]] = result[column]
      }
    }
    return batch.count == 1 ? results : results.reshaped(batch + [columns])
  }
}

/// A chain for each order of matrices, compiled when it is first asked for.
private final class ChainCache: Sendable {
  private let chains = Mutex<[Int: KernelChain]>([:])
  private let make: @Sendable (_ order: Int) -> KernelChain

  init(_ make: @escaping @Sendable (_ order: Int) -> KernelChain) { self.make = make }

  func chain(order: Int) -> KernelChain {
    chains.withLock { chains in
      if let known = chains[order] { return known }
      let chain = make(order)
      chains[order] = chain
      return chain
    }
  }
}
