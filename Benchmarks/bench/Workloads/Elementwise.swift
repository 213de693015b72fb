// SPDX-License-Identifier: Apache-2.0

internal import Nabla

/// Functions of all elements of large tensors, reductions and products of them; a point is an element of the argument.
let elementwiseWorkloads: [Workload] = [
  elementwiseWorkload("elementwise") { x, y in formula(x, into: &y) },
  elementwiseWorkload("elementwise-eager") { x, y in y = exp(-x * x) * sin(x) },
  reductionWorkload("reductions-sum", [10_000_000], sum) { Tensor($0.sum()) },
  reductionWorkload("reductions-max", [10_000_000], largest) { Tensor($0.max()) },
  reductionWorkload("reductions-max-cached", [1_000_000], largest) { Tensor($0.max()) },
  reductionWorkload("reductions-argmax-cached", [1_000_000], placeOfLargest) { Tensor(Double($0.argmax())) },
  reductionWorkload("reductions-norm-cached", [1_000_000], norm) { Tensor($0.norm()) },
  reductionWorkload("reductions-columns", [1000, 1000], sumsOfColumns) { $0.sum(axis: 0) },
  reductionWorkload("reductions-rows", [1000, 1000], sumsOfRows) { $0.sum(axis: 1) },
  productWorkload("products-small", 16),
  productWorkload("products-middle", 256),
  productWorkload("products-large", 1024),
]

private let formula = ElementwiseFunction<Double> { x in exp(-x * x) * sin(x) }

private let stream = 1700

/// Into memory that is kept, or a new tensor on each call, as `call` has it.
private func elementwiseWorkload(
  _ name: String, _ call: @escaping @Sendable (Tensor<Double>, inout Tensor<Double>) -> Void
) -> Workload {
  Workload(name: name, n: 1, batches: .only(10_000_000)) { batch in
    let x = uniformTensor([batch], stream: stream, -3, 3)
    return Trial {
      var y = Tensor<Double>.zeros([batch])
      return Run {
        call(x, &y)
      } results: {
        [y.rows($0)]
      }
    } reference: { points in
      guard hasWideNumbers else { return nil }
      return [
        points.map {
          let x = Wide(x[$0])
          return [Double(exp(-x * x) * sin(x))]
        }
      ]
    }
  }
}

private func reductionWorkload(
  _ name: String, _ shape: [Int], _ reference: @escaping @Sendable (Tensor<Double>) -> [Double],
  _ call: @escaping @Sendable (Tensor<Double>) -> Tensor<Double>
) -> Workload {
  Workload(name: name, n: 1, batches: .only(shape.reduce(1, *))) { _ in
    let x = uniformTensor(shape, stream: stream, -1, 1)
    return Trial {
      var result = Tensor<Double>.zeros([])
      return Run {
        result = call(x)
      } results: { _ in
        [[result.scalars]]
      }
    } reference: { _ in
      hasWideNumbers ? [[reference(x)]] : nil
    }
  }
}

/// The product of a square matrix with the transpose of another. The error is that of a row.
private func productWorkload(_ name: String, _ n: Int) -> Workload {
  Workload(name: name, n: n, batches: .only(n * n)) { _ in
    let a = uniformTensor([n, n], stream: stream, -1, 1)
    let b = uniformTensor([n, n], stream: stream + 1, -1, 1)
    return Trial {
      var c = Tensor<Double>.zeros([n, n])
      return Run {
        c = matmul(a, b.transposed())
      } results: { _ in
        [[c.row(n / 2).scalars]]
      }
    } reference: { _ in
      guard hasWideNumbers else { return nil }
      let row = a.row(n / 2).scalars
      return [
        [
          (0..<n).map { j in
            Double(zip(row, b.row(j).scalars).reduce(Wide(0)) { $0 + Wide($1.0) * Wide($1.1) })
          }
        ]
      ]
    }
  }
}

// MARK: - References

private func sum(_ x: Tensor<Double>) -> [Double] {
  [Double(x.withUnsafeBufferPointer { $0.reduce(Wide(0)) { $0 + Wide($1) } })]
}

private func largest(_ x: Tensor<Double>) -> [Double] { [x.scalars.max()!] }

private func placeOfLargest(_ x: Tensor<Double>) -> [Double] {
  [Double(x.scalars.firstIndex(of: x.scalars.max()!)!)]
}

private func norm(_ x: Tensor<Double>) -> [Double] {
  [Double(x.withUnsafeBufferPointer { $0.reduce(Wide(0)) { $0 + Wide($1) * Wide($1) } }.squareRoot())]
}

private func sumsOfRows(_ x: Tensor<Double>) -> [Double] { (0..<x.shape[0]).flatMap { sum(x.row($0)) } }

private func sumsOfColumns(_ x: Tensor<Double>) -> [Double] { sumsOfRows(x.transposed()) }
