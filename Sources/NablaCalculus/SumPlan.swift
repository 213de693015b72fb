// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
internal import NablaTensors
internal import Synchronization

/// Two kernels that compute sums over a batch: one sums terms over the points, the other combines these sums
/// (``LinearSums``).
final class SumPlan: Sendable {
  private let terms: any Kernel<Double>
  /// Of the plan's inputs, the sums of the terms, and the number of points.
  private let results: any Kernel<Double>
  private let inputCount: Int
  private let termCount: Int
  private let outputCount: Int

  /// Below so many points a second kernel is not worth its call.
  static let fewestPoints = 64

  /// nil where nothing is gained.
  fileprivate init?(_ plan: Plan, _ tensors: [Tensor<Double>]) {
    var (shared, start) = ([Expr](), 0)
    for tensor in tensors {
      let size = tensor.rank == 1 ? tensor.count : tensor.shape[1]
      if tensor.rank == 1 { shared += plan.inputs[start..<start + size] }
      start += size
    }
    guard shared.count < plan.inputCount, let sums = LinearSums(of: plan.outputs, shared: shared) else {
      return nil
    }
    terms = compile(outputs: sums.terms, inputs: plan.inputs)
    results = compile(outputs: sums.results, inputs: plan.inputs + sums.sums + [sums.count])
    (inputCount, termCount, outputCount) = (plan.inputCount, sums.terms.count, plan.outputCount)
  }

  /// - Returns: whether all sums are finite. Where one is not, a term's sum may have left the range of numbers
  ///   which the output's own sum stays in.
  func sum(
    count: Int, inputs: UnsafePointer<InputColumn<Double>>, into sums: UnsafeMutablePointer<Double>
  ) -> Bool {
    let n = inputCount + termCount + 1
    withUnsafeTemporaryAllocation(of: Double.self, capacity: termCount + 1) { numbers in
      withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Double>.self, capacity: n + outputCount) {
        addresses in
        let (numbers, addresses) = (numbers.baseAddress!, addresses.baseAddress!)
        terms.sum(count: count, inputs: inputs, into: numbers)
        numbers[termCount] = Double(count)
        // They are only read, and of those that differ between points nothing is.
        for i in 0..<inputCount { addresses[i] = UnsafeMutablePointer(mutating: inputs[i].base) }
        for i in 0...termCount { addresses[inputCount + i] = numbers + i }
        for i in 0..<outputCount { addresses[n + i] = sums + i }
        results.run(addresses: addresses)
      }
    }
    return (0..<outputCount).allSatisfy { sums[$0].isFinite }
  }
}

/// The sum plans of a plan, made once each.
final class SumPlans: Sendable {
  /// By which of the tensors are the same for all points. Few: found by looking at each.
  private let known = Mutex<[(isShared: [Bool], plan: SumPlan?)]>([])

  func plan(of plan: Plan, for tensors: [Tensor<Double>]) -> SumPlan? {
    let isShared = tensors.map { $0.rank == 1 }
    return known.withLock { known in
      for entry in known where entry.isShared == isShared { return entry.plan }
      let made = SumPlan(plan, tensors)
      known.append((isShared, made))
      return made
    }
  }
}

extension Plan {
  /// Sums each output over the points.
  ///
  /// - Parameter tensors: those that the inputs are elements of, in order: [k] is the same for all points.
  func sum(
    count: Int, of tensors: [Tensor<Double>], inputs: UnsafePointer<InputColumn<Double>>,
    into sums: UnsafeMutablePointer<Double>
  ) {
    if count >= SumPlan.fewestPoints, let plan = sumPlans.plan(of: self, for: tensors),
      plan.sum(count: count, inputs: inputs, into: sums)
    {
      return
    }
    kernel.sum(count: count, inputs: inputs, into: sums)
  }
}
