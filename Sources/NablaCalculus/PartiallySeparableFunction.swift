// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import Synchronization
public import NablaTensors

/// A function of many variables that is a sum of one function of few of them, its elements:
///
///     f(x) = Σₑ φ(x[Iₑ]; pₑ)
///
/// with a list of k indices Iₑ and a row of parameters pₑ for each element: chained and neighbouring terms, meshes,
/// graphs, observations that each see a few unknowns. The sum stays a loop: one kernel of φ runs over all
/// elements, whatever their number, and its derivatives are added up where they belong. So gradients, Hessian–vector
/// products and sparse Hessians of millions of variables take no graph of that size, and memory in
/// proportion to what is not zero.
///
///     let element = Function { a, b in 100 * pow(b - a * a, 2) + pow(1 - a, 2) }
///     let rosenbrock = PartiallySeparableFunction(of: element, windowsOver: 1_000_000)
///     let product = rosenbrock.hessianVectorProduct(at: x, along: v)
///
/// Results depend neither on the number of threads nor on the machine's cores. NaN and infinities follow IEEE 754.
///
/// Griewank and Toint, "On the unconstrained optimization of partially separable functions", in Nonlinear
/// Optimization 1981 (Academic Press, 1982).
public struct PartiallySeparableFunction: Sendable {
  /// φ.
  public let element: Function
  /// n.
  public let variableCount: Int
  /// The number of elements.
  public let elementCount: Int
  private let places: Places
  private let parameters: Tensor<Double>?
  private let structure = StructureCache()

  /// Where the elements' variables lie in x.
  private enum Places: Sendable {
    /// Variable j of element e is e·step + j.
    case windows(step: Int)
    /// Row-major [elements, k].
    case indices([Int])
  }

  /// A sum of elements whose variables are given by their indices, a list for each element.
  ///
  /// - Parameters:
  ///   - element: φ, of k variables.
  ///   - indices: Iₑ for each element: which k of the variables it has.
  ///   - n: the number of variables.
  ///   - parameters: [p] for all elements or [elements, p].
  /// - Precondition: φ is scalar; each list has as many indices as φ has variables, in 0 ..< n.
  public init(
    of element: Function, indices: [[Int]], variableCount n: Int, parameters: Tensor<Double>? = nil
  ) {
    let k = element.variables.count
    precondition(
      indices.allSatisfy { $0.count == k && $0.allSatisfy { 0..<n ~= $0 } },
      "each element of \(element) has \(k) indices from 0 ..< \(n)")
    self.init(
      element, .indices(indices.flatMap { $0 }), variableCount: n, elementCount: indices.count, parameters)
  }

  /// A sum over all windows of neighbouring variables, `step` apart: element e has the variables e·step ..<
  /// e·step + k, as far as there are n.
  ///
  /// - Precondition: φ is scalar; `step` ≥ 1.
  public init(
    of element: Function, windowsOver n: Int, step: Int = 1, parameters: Tensor<Double>? = nil
  ) {
    let k = element.variables.count
    precondition(step > 0 && k > 0 && n >= 0, "windows are one or more variables apart, not \(step)")
    self.init(
      element, .windows(step: step), variableCount: n, elementCount: n < k ? 0 : (n - k) / step + 1,
      parameters)
  }

  private init(
    _ element: Function, _ places: Places, variableCount: Int, elementCount: Int,
    _ parameters: Tensor<Double>?
  ) {
    precondition(
      element.isScalar, "the element of a sum is a scalar function; \(element) has a list of outputs")
    (self.element, self.places, self.parameters) = (element, places, parameters)
    (self.variableCount, self.elementCount) = (variableCount, elementCount)
  }

  // MARK: - Values and derivatives

  /// f(x) of x [n].
  public func value(at x: Tensor<Double>) -> Double { evaluate(.value, x).value.sum() }

  /// ∇f(x), of shape [n].
  public func gradient(at x: Tensor<Double>) -> Tensor<Double> {
    scattered(evaluate(.gradient, x).gradient)
  }

  /// f(x) and ∇f(x).
  public func valueAndGradient(at x: Tensor<Double>) -> (value: Double, gradient: Tensor<Double>) {
    let e = evaluate([.value, .gradient], x)
    return (e.value.sum(), scattered(e.gradient))
  }

  /// H(x) v, of shape [n]: forward over reverse mode in each element.
  public func hessianVectorProduct(at x: Tensor<Double>, along v: Tensor<Double>) -> Tensor<Double> {
    check(v)
    return scattered(evaluate(.hessianVectorProduct, x, direction: gathered(v)).hessianVectorProduct)
  }

  /// H(x), both triangles.
  ///
  /// - Complexity: O(elements), and the sorting of the places at the first call.
  public func hessian(at x: Tensor<Double>) -> SparseMatrix<Double> {
    let entries = evaluate(.compactHessian, x).compactHessian
    let structure = hessianStructure
    var values = [Double](repeating: 0, count: structure.pattern.count)
    values.withUnsafeMutableBufferPointer { values in
      for (h, places) in structure.targets.enumerated() {
        add(entries, column: h, to: values.baseAddress!, at: places.lower)
        if let upper = places.upper { add(entries, column: h, to: values.baseAddress!, at: upper) }
      }
    }
    return SparseMatrix(structure.pattern, values: values)
  }

  /// The places where the Hessian is not zero everywhere, both triangles.
  public var hessianPattern: SparsityPattern { hessianStructure.pattern }

  // MARK: - Elements

  private func check(_ x: Tensor<Double>) {
    precondition(
      x.shape == [variableCount],
      "a function of \(variableCount) variables takes a vector [\(variableCount)], not \(x.shape)")
  }

  private func evaluate(
    _ quantities: Function.Quantities, _ x: Tensor<Double>, direction: Tensor<Double>? = nil
  ) -> Evaluation {
    check(x)
    return element.evaluate(quantities, at: gathered(x), parameters: parameters, direction: direction)
  }

  /// The elements' variables, [elements, k].
  private func gathered(_ x: Tensor<Double>) -> Tensor<Double> {
    let k = element.variables.count
    switch places {
    case .windows(let step):
      return variableCount < k ? Tensor.zeros([0, k]) : x.slidingWindows(k, step: step)
    case .indices(let indices):
      let x = x.contiguous()
      return Tensor(shape: [elementCount, k]) { out in
        x.withUnsafeBufferPointer { x in
          for i in indices.indices { out[i] = x[indices[i]] }
        }
      }
    }
  }

  /// Σ of the elements' rows [elements, k] at their variables.
  private func scattered(_ rows: Tensor<Double>) -> Tensor<Double> {
    let k = element.variables.count
    var sum = Tensor<Double>.zeros([variableCount])
    sum.withUnsafeMutableBufferPointer { sum in
      guard let sum = sum.baseAddress else { return }
      for j in 0..<k {
        switch places {
        case .windows(let step): add(rows, column: j, to: sum, at: .line(start: j, step: step))
        case .indices(let indices):
          rows.withUnsafeStridedPointer { base, strides in
            for e in 0..<elementCount {
              sum[indices[e &* k &+ j]] += base[e &* strides[0] &+ j &* strides[1]]
            }
          }
        }
      }
    }
    return sum
  }

  /// Adds a column of [elements, …] to the places that a list gives for each element.
  private func add(
    _ rows: Tensor<Double>, column: Int, to sum: UnsafeMutablePointer<Double>, at targets: Targets
  ) {
    rows.withUnsafeStridedPointer { base, strides in
      let (source, stride) = (base + column * strides[1], strides[0])
      switch targets {
      case .line(let start, let step):
        let sum = sum + start
        for e in 0..<elementCount { sum[e &* step] += source[e &* stride] }
      case .list(let list):
        list.withUnsafeBufferPointer { list in
          for e in 0..<elementCount { sum[Int(list[e])] += source[e &* stride] }
        }
      }
    }
  }
}

// MARK: - The Hessian's structure

/// Where the elements' numbers are added.
private enum Targets: Sendable {
  /// start + e·step
  case line(start: Int, step: Int)
  case list([Int32])

  /// The shorter form where there is one.
  init(_ list: [Int32]) {
    let step = list.count > 1 ? Int(list[1]) - Int(list[0]) : 0
    let isLine = list.indices.allSatisfy { Int(list[$0]) == Int(list[0]) + $0 * step }
    self = isLine && !list.isEmpty ? .line(start: Int(list[0]), step: step) : .list(list)
  }
}

extension PartiallySeparableFunction {
  fileprivate final class StructureCache: Sendable {
    struct Structure: Sendable {
      let pattern: SparsityPattern
      /// Of each entry of φ's Hessian: the positions of its place, and of the other triangle's.
      let targets: [(lower: Targets, upper: Targets?)]
    }

    let known = Mutex<Structure?>(nil)
  }

  private func variable(_ j: Int, of e: Int) -> Int {
    switch places {
    case .windows(let step): e * step + j
    case .indices(let indices): indices[e * element.variables.count + j]
    }
  }

  private var hessianStructure: StructureCache.Structure {
    structure.known.withLock { known in
      if let known { return known }
      let entries = element.hessianStructure
      var places: [(row: Int, column: Int)] = []
      for e in 0..<elementCount {
        for entry in entries {
          let (row, column) = (variable(entry.row, of: e), variable(entry.column, of: e))
          places.append((row, column))
          if row != column { places.append((column, row)) }
        }
      }
      let pattern = SparsityPattern(rowCount: variableCount, columnCount: variableCount, places: places)
      precondition(pattern.count <= Int32.max, "a Hessian of \(pattern.count) entries is too large")
      func targets(_ row: Int, _ column: Int) -> Targets {
        Targets(
          (0..<elementCount).map { e in
            Int32(pattern.position(row: variable(row, of: e), column: variable(column, of: e))!)
          })
      }
      let made = StructureCache.Structure(
        pattern: pattern,
        targets: entries.map { entry in
          // Where an element has a variable twice, both halves of a mixed derivative lie on the diagonal.
          (
            targets(entry.row, entry.column),
            entry.row == entry.column ? nil : targets(entry.column, entry.row)
          )
        })
      known = made
      return made
    }
  }
}
