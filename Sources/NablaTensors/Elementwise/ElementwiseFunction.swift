// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions
internal import NablaKernels

/// A function of numbers, compiled to be computed for every element of tensors in one pass.
///
/// It is made from a closure, which is called once with symbolic variables. Where tensor operations one
/// after the other write and read a whole tensor for each, the compiled function keeps what lies between in
/// registers:
///
///     let f = ElementwiseFunction<Double> { x in exp(-x * x) * sin(x) }
///     let y = f(x)                       // as exp(-x * x) * sin(x) of the tensor x, but several times faster
///     f(x, into: &y)                     // into memory that is there already
///     let lerp = ElementwiseFunction<Float> { a, b, t in a + t * (b - a) }
///     lerp(a, b, Tensor(0.25))           // tensors are broadcast, as by the operators
///
/// A result's shape is the broadcast shape of the arguments, in any layout. An element's result has the same
/// bits at every place in a tensor and for every number of threads; it may differ by rounding from that of
/// the tensor operations, since products and sums are fused. NaN and infinities follow IEEE 754. A function
/// may be used from any thread.
///
/// The number type is that of the tensors: functions of `Float` compute twice as many elements at a time.
/// `Function` is the type for derivatives.
///
/// - Complexity: making one compiles it, which takes some 0.1 ms for a small formula; a call takes O(count).
public struct ElementwiseFunction<Scalar: TensorScalar>: Sendable {
  private let kernel: ElementwiseKernel

  package init(outputs: [Expr], inputs: [Expr]) {
    precondition(!outputs.isEmpty, "an elementwise function has at least one output")
    kernel = ElementwiseKernel(outputs: outputs, inputs: inputs, precision: Precision(of: Scalar.self))
  }

  /// The number of tensors that a call takes.
  public var inputCount: Int { kernel.inputCount }

  /// The number of tensors that a call gives.
  public var outputCount: Int { kernel.outputCount }
}

// MARK: - Making functions

extension ElementwiseFunction {
  /// The function of one number that a closure computes.
  public init(_ body: (Expr) -> Expr) { self.init(1) { body($0[0]) } }

  /// The function of two numbers that a closure computes.
  public init(_ body: (Expr, Expr) -> Expr) { self.init(2) { body($0[0], $0[1]) } }

  /// The function of three numbers that a closure computes.
  public init(_ body: (Expr, Expr, Expr) -> Expr) { self.init(3) { body($0[0], $0[1], $0[2]) } }

  /// The function of `count` numbers that a closure computes.
  public init(_ count: Int, _ body: ([Expr]) -> Expr) {
    let inputs = Expr.traced("x", count)
    self.init(outputs: [body(inputs)], inputs: inputs)
  }

  /// The function of `count` numbers whose several outputs a closure computes: see ``outputs(at:)``.
  public init(_ count: Int, _ body: ([Expr]) -> [Expr]) {
    let inputs = Expr.traced("x", count)
    self.init(outputs: body(inputs), inputs: inputs)
  }
}

// MARK: - Calling

extension ElementwiseFunction {
  /// The values at the elements of a tensor.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func callAsFunction(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
    check(inputs: 1, outputs: 1)
    return x.mapped(kernel)
  }

  /// The values at the elements of two tensors after broadcasting.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func callAsFunction(_ x: Tensor<Scalar>, _ y: Tensor<Scalar>) -> Tensor<Scalar> {
    check(inputs: 2, outputs: 1)
    return x.combined(y, kernel)
  }

  /// The values at the elements of three tensors after broadcasting.
  public func callAsFunction(
    _ x: Tensor<Scalar>, _ y: Tensor<Scalar>, _ z: Tensor<Scalar>
  ) -> Tensor<Scalar> { self([x, y, z]) }

  /// The values at the elements of ``inputCount`` tensors after broadcasting.
  ///
  /// - Precondition: the function has one output.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func callAsFunction(_ inputs: [Tensor<Scalar>]) -> Tensor<Scalar> {
    check(inputs: inputs.count, outputs: 1)
    return outputs(at: inputs)[0]
  }

  /// The values of all outputs at the elements of ``inputCount`` tensors after broadcasting, computed in one
  /// pass.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func outputs(at inputs: [Tensor<Scalar>]) -> [Tensor<Scalar>] {
    check(inputs: inputs.count, outputs: outputCount)
    let shape = inputs.reduce([]) { broadcastShape($0, $1.shape) }
    let outputs = (0..<outputCount).map { _ in Tensor<Scalar>(uninitialized: shape) }
    Tensor.compute(kernel, of: inputs, into: outputs)
    return outputs
  }

  /// Writes the values at the elements of a tensor to `result`, as those of a list of tensors.
  public func callAsFunction(_ x: Tensor<Scalar>, into result: inout Tensor<Scalar>) {
    self([x], into: &result)
  }

  /// Writes the values at the elements of tensors, after broadcasting, to `result`: into its memory, in its
  /// layout, unless another tensor shares that memory.
  ///
  /// - Precondition: the function has one output, and `result` has the broadcast shape of the arguments.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func callAsFunction(_ inputs: [Tensor<Scalar>], into result: inout Tensor<Scalar>) {
    check(inputs: inputs.count, outputs: 1)
    let shape = inputs.reduce([]) { broadcastShape($0, $1.shape) }
    precondition(
      result.shape == shape,
      "The values for arguments of shapes \(inputs.map(\.shape)) have shape \(shape), not that of the result, \(result.shape)."
    )
    if !result.isWritable() { result = Tensor(uninitialized: shape) }
    Tensor.compute(kernel, of: inputs, into: [result])
  }

  private func check(inputs: Int, outputs: Int) {
    precondition(
      inputs == inputCount, "An elementwise function of \(inputCount) numbers is given \(inputs) tensors.")
    precondition(
      outputs == outputCount,
      "An elementwise function with \(outputCount) outputs gives them by outputs(at:), not in a call.")
  }
}

extension Tensor {
  /// Replaces every element by a function's value at it, in place if the memory is not shared.
  ///
  /// - Precondition: the function is one of a single number, with one output.
  public mutating func apply(_ function: ElementwiseFunction<Scalar>) {
    guard isWritable() else {
      self = function(self)
      return
    }
    function.update(&self)
  }
}

extension ElementwiseFunction {
  fileprivate func update(_ x: inout Tensor<Scalar>) {
    check(inputs: 1, outputs: 1)
    Tensor.compute(kernel, of: [x], into: [x])
  }
}
