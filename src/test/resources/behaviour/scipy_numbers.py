# scipy: sparse matrices, Fortran's solvers, splines and optimisation.
# needs: scipy
import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.optimize
import scipy.sparse.linalg

matrix = scipy.sparse.diags([1.0, -2.5, 1.0], [-1, 0, 1], shape=(2000, 2000), format="csc")
print(round(float(scipy.sparse.linalg.spsolve(matrix, np.ones(2000)).sum()), 6), (matrix @ matrix).nnz)
print(round(scipy.integrate.quad(lambda x: np.exp(-x * x), 0, 5)[0], 9))
print(scipy.optimize.minimize(lambda v: ((v - [1, 2, 3]) ** 2).sum(), [0, 0, 0]).x.round(4))
print(scipy.interpolate.CubicSpline(range(10), [i**3 for i in range(10)])(4.5).round(6))
