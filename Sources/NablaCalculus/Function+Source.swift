// SPDX-License-Identifier: Apache-2.0

public import NablaExpressions

extension Function {
  /// The function, and derivatives of it if asked for, as source code in C99.
  ///
  ///     void name(const double *variables, const double *parameters, double *value, double *gradient)
  ///
  /// The argument `parameters` is there if the function has parameters, then one array for each quantity in
  /// the order value, gradient, Jacobian, Hessian, …, row-major, of the size it has at one point; structural
  /// zeros are written too. All inputs are read before anything is written, so arrays may overlap.
  ///
  /// The code is a straight line with a temporary for each node of the graph, and `where` selects. It
  /// computes what the table of operations says with the functions of `<math.h>`, in the same order: the
  /// results are those of `Expr.value(at:)` bit for bit on the same C library,
  /// if the compiler does not contract products and sums (`-ffp-contract=off`, the default of `-std=c99`
  /// with GCC) nor replaces functions by others (`-fno-builtin` for Clang, which computes `pow(2, y)` as
  /// `exp2(y)`), and differ from a kernel's by the rounding of these functions. The payload of a NaN is
  /// lost. The code compiles without warnings and may be put into one file with others.
  ///
  /// Variables keep their names where C and Swift allow it; of others a comment says what they are called.
  ///
  /// - Parameters:
  ///   - name: the name of the C function.
  ///   - quantities: what it computes. The components of a direction, and then the weights, follow the
  ///     parameters where a product needs them.
  /// - Precondition: as for evaluating these quantities: gradient and Hessian need a scalar function.
  /// - Throws: `SourceError` for a name that C or Swift do not allow, and for operations that the C library
  ///   does not have: polygamma functions (the derivatives of `lgamma`), the derivatives of `sinc`, and users' own.
  /// - Complexity: O(number of nodes + size of the quantities).
  public func cSource(name: String, quantities: Quantities = .value) throws(SourceError) -> String {
    try source(.c, name, quantities)
  }

  /// The function, and derivatives of it if asked for, as source code in Swift.
  ///
  ///     func name(_ variables: [Double], _ parameters: [Double]) -> (value: Double, gradient: [Double])
  ///
  /// The argument `parameters` is there if the function has parameters. The result is a tuple of the
  /// quantities in the order value, gradient, Jacobian, Hessian, …, or the only one; matrices are arrays of
  /// their rows. The code needs Foundation; everything else is as for ``cSource(name:quantities:)``.
  public func swiftSource(name: String, quantities: Quantities = .value) throws(SourceError) -> String {
    try source(.swift, name, quantities)
  }

  private func source(
    _ language: SourceWriter.Language, _ name: String, _ quantities: Quantities
  ) throws(SourceError) -> String {
    let (blocks, expressions, inputs) = Plan.parts(quantities, of: self)
    var rest = expressions[...]
    let outputs = blocks.map { block in
      let elements = zip(block.elements, rest.prefix(block.elements.count)).map {
        (position: $0, expression: $1)
      }
      rest = rest.dropFirst(block.elements.count)
      return SourceWriter.Output(name: block.quantity.name, shape: block.shape, elements: elements)
    }
    let names = outputs.map(\.name).joined(separator: ", ")
    return try SourceWriter.source(
      language, name: name, comment: "\(names) of a function of \(variables.count) variables, by Nabla.",
      variables: variables, parameters: Array(inputs.dropFirst(variables.count)), outputs: outputs)
  }
}
