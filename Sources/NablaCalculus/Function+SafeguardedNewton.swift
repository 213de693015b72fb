internal import NablaExpressions
internal import NablaKernels
package import NablaTensors

extension Function {
  /// Newton's method for minima from many starts at once, each of whose iterations is one kernel: value, gradient,
  /// Hessian, step, and the decision on the last step.
  ///
  /// The step at x is −H⁻¹g where H is positive definite, and −c g elsewhere, with a rate c that begins with
  /// 1/‖H(x₀)‖_∞, doubles where a trial is accepted and is quartered where not. A trial is accepted where f is finite and
  /// does not rise by more than rounding; else a quarter of the step is tried. Blocks of points stay in the cache from
  /// iteration to iteration.
  ///
  /// - Parameters:
  ///   - starts: [N, n].
  ///   - parameters: [p] for all starts or [N, p].
  /// - Returns: the points [N, n], the values [N], the Euclidean norms of the gradients [N], and [N] with 1 where the
  ///   Hessian at the point is positive definite and the Newton step below 10⁻¹⁰ ‖x‖_∞: a minimum.
  /// - Precondition: a scalar function of at least one variable, and shapes that fit it.
  package func newtonMinima(
    from starts: Tensor<Double>, steps: Int, parameters: Tensor<Double>? = nil
  ) -> (
    points: Tensor<Double>, values: Tensor<Double>, gradientNorms: Tensor<Double>, isMinimum: Tensor<Double>
  ) {
    let n = variables.count
    let count = starts.shape[0]
    let chain = plans.minimizationKernels { MinimizationKernels(self) }.chain(steps: steps)
    let points = Tensor<Double>(columnsOf: count, [n])
    let others = (0..<3).map { _ in Tensor<Double>(uninitialized: [count]) }
    let strides = points.strides
    withInputColumns(starts, parameters) { inputs in
      var outputs = (0..<n).map {
        OutputColumn(base: points.storage.base + $0 * strides[1], stride: strides[0])
      }
      outputs += others.map { OutputColumn(base: $0.storage.base, stride: 1) }
      chain.run(count: count, inputs: inputs, outputs: outputs)
    }
    return (points, others[0], others[1], others[2])
  }
}

/// The kernels of the iteration. Between them a start is x (n columns), the trial t (n), f(x), and the rate c of descent
/// where the Hessian is not positive definite.
struct MinimizationKernels: Sendable {
  private let function: Function
  private let n: Int
  private let (beginning, iteration, ending): (any Kernel<Double>, any Kernel<Double>, any Kernel<Double>)

  init(_ function: Function) {
    self.function = function
    n = function.variables.count
    let model = NewtonModel(function)
    (beginning, iteration, ending) = (model.beginning, model.iteration, model.ending)
  }

  func chain(steps: Int) -> KernelChain {
    typealias Place = KernelChain.Place
    let given = function.parameters.indices.map { Place.input(n + $0) }
    let state = (0..<(2 * n + 2)).map { Place.block($0) }
    let starts = (0..<n).map { Place.input($0) }
    let results = (0..<(n + 3)).map { Place.output($0) }
    return KernelChain([
      .init(beginning, reads: starts + given, writes: state),
      .init(iteration, reads: state + given, writes: state, repetition: .times(steps)),
      .init(ending, reads: Array(state[..<n]) + given, writes: results),
    ])
  }
}

/// What the kernels compute.
private struct NewtonModel {
  let function: Function
  let n: Int
  let value: Expr
  let gradient: [Expr]
  let hessian: [[Expr]]
  let parameters: [Expr]

  init(_ function: Function) {
    self.function = function
    n = function.variables.count
    value = function.outputs[0]
    gradient = value.gradient(by: function.variables)
    hessian = value.hessian(by: function.variables)
    parameters = function.parameters
  }

  /// x = t = start, f = ∞, and c = 1/‖H‖_∞: steps of the Hessian's own scale.
  var beginning: any Kernel<Double> {
    let norm = hessian.map { $0.reduce(Expr(0)) { $0 + abs($1) } }.reduce(Expr(1e-300)) { max($0, $1) }
    return compile(
      outputs: function.variables + function.variables + [Expr(.infinity), 1 / norm],
      inputs: function.variables + parameters)
  }

  var iteration: any Kernel<Double> {
    let x = Expr.traced("accepted", n)
    let (f, rate) = (Expr.traced("f", 1)[0], Expr.traced("rate", 1)[0])
    let t = function.variables
    let factors = BlockLDL(hessian)
    let newton = factors.solve(gradient)
    let isDefinite = factors.isPositiveDefinite
    // A trial whose value is NaN is not accepted, nor one to which a NaN of a step led.
    let isAccepted = value .<= f + 0x1p-50 * abs(f)
    let step = (0..<n).map { select(isDefinite, newton[$0], rate * gradient[$0]) }
    let base = (0..<n).map { select(isAccepted, t[$0], x[$0]) }
    let next = (0..<n).map { select(isAccepted, t[$0] - step[$0], x[$0] + 0.25 * (t[$0] - x[$0])) }
    let outputs = base + next + [select(isAccepted, value, f), rate * select(isAccepted, 2, 0.25)]
    return compile(
      outputs: outputs, inputs: x + t + [f, rate] + parameters,
      overwritten: Dictionary(uniqueKeysWithValues: outputs.indices.map { ($0, $0) }))
  }

  var ending: any Kernel<Double> {
    let factors = BlockLDL(hessian)
    let newton = factors.solve(gradient)
    let norm = sqrt(gradient.reduce(Expr(0)) { $0 + $1 * $1 })
    let size = function.variables.reduce(Expr(0)) { max($0, abs($1)) }
    let isShort = newton.reduce(Expr(0)) { max($0, abs($1)) } .<= 1e-10 * size
    let isMinimum = factors.isSafelyPositiveDefinite && isShort
    return compile(
      outputs: function.variables + [value, norm, select(isMinimum, 1, 0)],
      inputs: function.variables + parameters)
  }
}
