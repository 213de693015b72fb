// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

// Functions as building blocks: what is composed is one graph, which is simplified, differentiated and compiled
// as a whole.

extension Function {
  /// The outputs at inputs that are expressions, for use in another function.
  ///
  ///     let distance = Function { x, y in sqrt(x * x + y * y) }
  ///     let f = Function { x, y in exp(-distance.outputs(at: [x - 1, y])[0]) }
  ///
  /// - Precondition: as many inputs as variables, and as many parameters as the function has.
  public func outputs(at inputs: [Expr], parameters: [Expr] = []) -> [Expr] {
    precondition(
      inputs.count == variables.count && parameters.count == self.parameters.count,
      """
      \(self) takes \(variables.count) variables and \(self.parameters.count) parameters; these are \
      \(inputs.count) and \(parameters.count)
      """)
    return substitute(
      Dictionary(
        uniqueKeysWithValues: zip(variables, inputs).map { ($0, $1) }
          + zip(self.parameters, parameters).map { ($0, $1) }), in: outputs)
  }

  /// The value of a scalar function at inputs that are expressions, for use in another function: `f(x - 1, y)`.
  ///
  /// - Precondition: the function is scalar, and takes as many inputs and no parameters.
  @_disfavoredOverload  // Literals are numbers.
  public func callAsFunction(_ inputs: Expr...) -> Expr {
    precondition(
      isScalar, "the value of a scalar function is an expression; of \(self) use outputs(at:)")
    return outputs(at: inputs)[0]
  }

  /// self ∘ inner: x ↦ self(inner(x)), a function of the variables of `inner`, and of the parameters of both, those of
  /// `self` first.
  ///
  /// - Precondition: `inner` has as many outputs as this function has variables.
  public func composed(with inner: Function) -> Function {
    precondition(
      inner.outputs.count == variables.count,
      "a function of \(variables.count) variables is not composed with one of \(inner.outputs.count) outputs")
    // Variables of one name would be one variable.
    let own = parameters.isEmpty ? [] : Expr.traced("q", parameters.count)
    return with(
      outputs: outputs(at: inner.outputs, parameters: own), of: inner.variables,
      parameters: own + inner.parameters)
  }

  /// The function with numbers for some of its inputs, by name (partial application). What depends on nothing
  /// else becomes a constant.
  ///
  /// - Precondition: each name is that of exactly one variable or parameter.
  public func fixing(_ values: [String: Double]) -> Function {
    let replacements = values.map { (input(named: $0), Expr($1)) }
    let fixed = Set(replacements.map(\.0))
    return with(
      outputs: substitute(Dictionary(uniqueKeysWithValues: replacements), in: outputs),
      of: variables.filter { !fixed.contains($0) }, parameters: parameters.filter { !fixed.contains($0) })
  }

  /// The same function, differentiated with respect to other inputs: those named become its variables, in this
  /// order, and all others its parameters, variables first.
  ///
  ///     let model = try Function(parsing: "a*exp(-b*x)", variables: ["x"], parameters: ["a", "b"])
  ///     let fit = model.differentiated(by: ["a", "b"])  // f(a, b; x)
  ///
  /// - Precondition: each name is that of exactly one variable or parameter, and none comes twice.
  public func differentiated(by names: [String]) -> Function {
    let chosen = names.map(input(named:))
    let others = (variables + parameters).filter { !chosen.contains($0) }
    return with(outputs: outputs, of: chosen, parameters: others)
  }

  /// The gradient as a function with n outputs, of the same variables and parameters; of a list of outputs the
  /// Jacobian, row by row.
  public var derivative: Function {
    let rows = NablaExpressions.jacobian(of: outputs, by: variables)
    return Function(rows.flatMap { $0 }, of: variables, parameters: parameters)
  }

  /// A function of other outputs and inputs, scalar if this one is.
  func with(outputs: [Expr], of variables: [Expr], parameters: [Expr]) -> Function {
    isScalar
      ? Function(outputs[0], of: variables, parameters: parameters)
      : Function(outputs, of: variables, parameters: parameters)
  }

  /// The variable or parameter of a name.
  func input(named name: String) -> Expr {
    let inputs = (variables + parameters).filter { $0.variableName == name }
    precondition(
      inputs.count == 1,
      inputs.isEmpty
        ? "\(self) has no variable or parameter called \(name)" : "\(self) has several inputs called \(name)")
    return inputs[0]
  }
}
