// SPDX-License-Identifier: Apache-2.0

// MARK: - From numbers

extension Tensor {
  /// A 0-dimensional tensor, shape `[]`.
  public init(_ scalar: Scalar) {
    self.init(shape: [], repeating: scalar)
  }

  /// A vector, shape `[array.count]`.
  public init(_ array: [Scalar]) {
    self.init(shape: [array.count], scalars: array)
  }

  /// A matrix from its rows, shape `[rows.count, rows[0].count]`. Traps if the rows differ in length.
  public init(_ rows: [[Scalar]]) {
    let width = rows.first?.count ?? 0
    for (index, row) in rows.enumerated() {
      precondition(
        row.count == width, "Row \(index) has \(row.count) elements where the first row has \(width).")
    }
    self.init(shape: [rows.count, width], scalars: rows.flatMap { $0 })
  }

  /// A tensor from its elements in row-major order. Traps if their number does not fit the shape.
  public init(shape: [Int], scalars: [Scalar]) {
    self.init(uninitialized: shape)
    precondition(
      scalars.count == count, "Shape \(shape) needs \(count) scalars; \(scalars.count) were given.")
    scalars.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.base.update(from: base, count: source.count) }
    }
  }

  /// A tensor of shape [count] + element in which the values of each element lie together, for the caller to
  /// fill: what a kernel writes fastest.
  ///
  /// Each column starts on a cache line, and not at a multiple of a large power of two from the next, where
  /// they would compete for the same lines of the cache. A few points have no columns of their own.
  package init(columnsOf count: Int, _ element: [Int]) {
    guard count >= 32 && element.reduce(1, *) > 1 else {
      self.init(uninitialized: [count] + element)
      return
    }
    var columnStride = (count + 7) / 8 * 8
    if columnStride % 512 == 0 { columnStride += 8 }
    self.init(
      storage: TensorStorage(capacity: element.reduce(columnStride, *)),
      layout: TensorLayout(
        shape: [count] + element,
        strides: [1] + TensorLayout.rowMajorStrides(of: element).map { $0 * columnStride }, offset: 0))
  }

  /// A tensor with one value everywhere (NumPy's `full`).
  public init(shape: [Int], repeating value: Scalar) {
    self.init(uninitialized: shape)
    storage.base.update(repeating: value, count: count)
  }

  /// The elements of a tensor of the other precision; `Double` to `Float` rounds to nearest, and
  /// overflows to infinity.
  public init<Other: TensorScalar>(converting other: Tensor<Other>) {
    self.init(shape: other.shape) { target in
      other.withUnsafeBufferPointer { source in
        for i in source.indices { target[i] = Scalar(source[i]) }
      }
    }
  }

  /// Zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(shape: shape, repeating: 0) }

  /// Ones.
  public static func ones(_ shape: [Int]) -> Tensor { Tensor(shape: shape, repeating: 1) }

  /// The identity matrix, or with `columns` the rectangular one: shape `[n, columns]`, 1 where row
  /// equals column and 0 elsewhere.
  public static func identity(_ n: Int, columns: Int? = nil) -> Tensor {
    let columns = columns ?? n
    var result = zeros([n, columns])
    result.withUnsafeMutableBufferPointer { buffer in
      for i in 0..<Swift.min(n, columns) { buffer[i * columns + i] = 1 }
    }
    return result
  }

  /// The square matrix with a vector on its diagonal, shape `[n, n]`.
  public static func diagonal(_ vector: Tensor) -> Tensor {
    precondition(vector.rank == 1, "diagonal needs a vector; this tensor has shape \(vector.shape).")
    let n = vector.count
    var result = zeros([n, n])
    for i in 0..<n { result[i, i] = vector[i] }
    return result
  }

  /// Evenly spaced numbers `start + k · step` below (for a negative step: above) `end`.
  ///
  /// There are max(0, ⌈(end − start) / step⌉) of them, as in NumPy: with a step that is not exact in
  /// binary, `end` itself may appear. Use ``linspace(_:_:count:)`` where that matters.
  public static func arange(_ start: Scalar, _ end: Scalar, step: Scalar = 1) -> Tensor {
    let length = ((end - start) / step).rounded(.up)
    precondition(
      step != 0 && length.isFinite,
      "arange from \(start) to \(end) in steps of \(step) has no finite length.")
    return Tensor(shape: [Swift.max(0, Int(length))]) { buffer in
      for i in buffer.indices { buffer[i] = start + Scalar(i) * step }
    }
  }

  /// The numbers 0, 1, ..., count − 1.
  public static func arange(_ count: Int) -> Tensor { arange(0, Scalar(count)) }

  /// `count` evenly spaced numbers from `start` to `end`, both included exactly.
  public static func linspace(_ start: Scalar, _ end: Scalar, count: Int) -> Tensor {
    precondition(count >= 0, "linspace cannot make \(count) numbers.")
    let step = count > 1 ? (end - start) / Scalar(count - 1) : 0
    return Tensor(shape: [count]) { buffer in
      for i in buffer.indices { buffer[i] = start + Scalar(i) * step }
      if count > 1 { buffer[count - 1] = end }
    }
  }

  /// Tensors of one shape, joined along a new axis: n of shape `[a, b]` along axis 0 give `[n, a, b]`.
  public static func stack(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    concatenate(tensors.map { $0.expanded(axis: axis) }, axis: axis)
  }

  /// Tensors joined along an existing axis; they agree in all other extents.
  public static func concatenate(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    guard let first = tensors.first else {
      preconditionFailure("There is nothing to join: the list of tensors is empty.")
    }
    let axis = first.layout.axis(axis)
    var shape = first.shape
    shape[axis] = 0
    for tensor in tensors {
      var others = tensor.shape
      precondition(
        others.count == shape.count, "Shapes \(first.shape) and \(tensor.shape) differ in rank.")
      others[axis] = first.shape[axis]
      precondition(
        others == first.shape,
        "Shapes \(first.shape) and \(tensor.shape) differ in an axis other than \(axis).")
      shape[axis] += tensor.shape[axis]
    }
    let result = Tensor(uninitialized: shape)
    var start = 0
    for tensor in tensors {
      tensor.withStorage { source in
        copyStrided(
          shape: tensor.shape, from: source, strides: tensor.strides,
          to: result.storage.base + start * result.strides[axis], strides: result.strides)
      }
      start += tensor.shape[axis]
    }
    return result
  }
}

// MARK: - Literals

/// One entry of a tensor literal: a number or a bracketed list of entries. You never name it.
///
/// `Tensor` itself takes no number literals, so that `t * 2` has one meaning only.
public enum TensorLiteral<Scalar: TensorScalar>: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral
{
  /// A number.
  case scalar(Scalar)
  /// A list in brackets.
  case list([TensorLiteral])

  public init(floatLiteral value: Double) { self = .scalar(Scalar(value)) }
  public init(integerLiteral value: Int) { self = .scalar(Scalar(value)) }
  public init(arrayLiteral elements: TensorLiteral...) { self = .list(elements) }

  /// The shape if all lists of one depth have one length, along with the numbers.
  fileprivate func collect(_ scalars: inout [Scalar]) -> [Int] {
    switch self {
    case .scalar(let value):
      scalars.append(value)
      return []
    case .list(let entries):
      let shapes = entries.map { $0.collect(&scalars) }
      for shape in shapes.dropFirst() {
        precondition(shape == shapes[0], "The literal is ragged: entries of shape \(shapes[0]) and \(shape).")
      }
      return [entries.count] + (shapes.first ?? [])
    }
  }
}

extension Tensor: ExpressibleByArrayLiteral {
  /// `[1, 2]` has shape `[2]`, `[[1, 2], [3, 4]]` has shape `[2, 2]`. Traps if the lists are ragged.
  ///
  /// For numbers in variables write `Tensor([x, y])`.
  public init(arrayLiteral elements: TensorLiteral<Scalar>...) {
    var scalars: [Scalar] = []
    let shape = TensorLiteral.list(elements).collect(&scalars)
    self.init(shape: shape, scalars: scalars)
  }
}
