// SPDX-License-Identifier: Apache-2.0

internal import NablaExpressions
internal import NablaKernels
public import NablaTensors

extension Function {
  /// x ← x − H(x)⁻¹∇f(x), `steps` times from each point: full steps of Newton's method for a zero of the
  /// gradient, without damping and without a test whether it converges.
  ///
  ///     let ends = f.newtonIterates(from: starts, steps: 10)
  ///
  /// Gradient, Hessian, solution and sum are one kernel; points stay in the cache from step to step. For a
  /// method that chooses its steps see `stationaryPoints` and `minimize`.
  ///
  /// - Parameters:
  ///   - points: one point [n] or points [N, n].
  ///   - steps: 0 or more.
  ///   - parameters: [p] for all points or [N, p]; nil if the function has none.
  /// - Returns: points in the shape of `points` (of N rows where the parameters have N). Infinite or NaN from
  ///   where a step was (see ``Quantities/newtonStep``).
  /// - Precondition: a scalar function, and shapes that fit it.
  /// - Complexity: O(N · steps), on several threads where that pays.
  public func newtonIterates(
    from points: Tensor<Double>, steps: Int, parameters: Tensor<Double>? = nil
  ) -> Tensor<Double> {
    precondition(steps >= 0, "the number of Newton steps is 0 or more, not \(steps)")
    precondition(isScalar, "newtonIterates needs a scalar function; this one has a list of outputs")
    let count = pointCount(of: points, parameters, .columns)
    let n = variables.count
    let kernel = plans.newtonKernel { newtonKernel }
    guard steps > 0 else {
      return count.map { points.broadcast(to: [$0, n]) } ?? points
    }

    typealias Chain = KernelChain
    let parameterPlaces = self.parameters.indices.map { Chain.Place.input(n + $0) }
    let (inputs, block) = ((0..<n).map { Chain.Place.input($0) }, (0..<n).map { Chain.Place.block($0) })
    let results = (0..<n).map { Chain.Place.output($0) }
    func stage(_ reads: [Chain.Place], _ writes: [Chain.Place], _ times: Int) -> Chain.Stage {
      .init(kernel, reads: reads + parameterPlaces, writes: writes, repetition: .times(times))
    }
    let chain =
      steps == 1
      ? Chain([stage(inputs, results, 1)])
      : Chain([stage(inputs, block, 1), stage(block, block, steps - 2), stage(block, results, 1)])

    let result = count.map { Tensor<Double>(columnsOf: $0, [n]) } ?? Tensor<Double>(uninitialized: [n])
    let strides = result.strides
    withInputColumns(points, parameters) { inputs in
      let outputs = (0..<n).map {
        count == nil
          ? OutputColumn(base: result.storage.base + $0, stride: 1)
          : OutputColumn(base: result.storage.base + $0 * strides[1], stride: strides[0])
      }
      chain.run(count: count ?? 1, inputs: inputs, outputs: outputs)
    }
    return result
  }

  /// x − H⁻¹∇f, which may be written over x.
  var newtonKernel: any Kernel<Double> {
    let (gradient, hessian, _) = dividedDerivatives
    let step = BlockLDL(hessian).solve(gradient)
    return compile(
      outputs: zip(variables, step).map { $0 - $1 }, inputs: variables + parameters,
      overwritten: Dictionary(uniqueKeysWithValues: variables.indices.map { ($0, $0) }))
  }
}
