"""A Gaussian process of a paired difference over the unit square, with the noise of the seeds behind each mean.

Stochastic kriging (Ankenman, Nelson & Staum 2010): the mean of each point has its own variance, that of its seeds. A
point has seeds of its own: common ones would bias all points alike, and the band would not know it (Chen, Ankenman &
Nelson 2012). Variances from few seeds are moderated towards the mean of all (Smyth 2004).
"""

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CONFIDENCE = 1.96
"""Standard deviations of a 95 % interval."""

PRIOR_DEGREES = 8.0
"""Degrees of freedom of the common variance towards which a point's own is moderated."""

_LEAST_NOISE = 1e-9
"""Variance that keeps equal positions apart, where the process varies by 1."""


class Skill(NamedTuple):
    """The cross-validated skill of a surrogate: each point is left out in turn.

    `r2` is the share of the variance of the means that the others predict, noise of the seeds included: it is below 1
    by at least `noise`, the share of the variance that is noise. `covered` is the share of means within their 95 %
    interval. `signs` is the share of means whose sign is predicted.
    """

    r2: float
    noise: float
    covered: float
    signs: float


class Surrogate:
    """A Gaussian process fitted to means at positions, with a variance for each. Equal means give equal predictions."""

    def __init__(self, positions: "Floats", means: "Floats", variances: "Floats") -> None:
        self._scale = float(means.std()) or float(np.sqrt(variances.mean())) or 1.0
        self._centre = float(means.mean())
        self.noise = float(variances.mean())  # variance of a further point's mean
        self._means, self._noise = means, variances / self._scale**2 + _LEAST_NOISE
        self._process = _fit(positions, (means - self._centre) / self._scale, self._noise)

    def predict(self, positions: "Floats") -> tuple["Floats", "Floats"]:
        """Return means and standard deviations of the difference at positions, noise of seeds aside. Shape (n,)."""
        mean, deviation = self._process.predict(positions, return_std=True)
        return mean * self._scale + self._centre, deviation * self._scale

    def joint(self, positions: "Floats") -> tuple["Floats", "Floats"]:
        """Return means and the covariance of the difference at positions. Shapes (n,) and (n, n)."""
        mean, covariance = self._process.predict(positions, return_cov=True)
        return mean * self._scale + self._centre, covariance * self._scale**2

    def skill(self) -> Skill:
        """Return the skill at points that are left out, with the kernel of all of them (Dubrule 1983)."""
        process = self._process
        kernel = process.kernel_(process.X_train_) + np.diag(self._noise)
        inverse = np.linalg.inv(kernel)
        error = (inverse @ process.y_train_) / np.diag(inverse) * self._scale
        deviation = np.sqrt(1.0 / np.diag(inverse)) * self._scale
        spread = self._means.var()
        predicted = self._means - error
        return Skill(
            r2=float(1.0 - (error**2).mean() / spread) if spread > 0.0 else np.nan,
            noise=float(min((self._noise - _LEAST_NOISE).mean() * self._scale**2 / spread, 1.0)) if spread else np.nan,
            covered=float((np.abs(error) <= CONFIDENCE * deviation).mean()),
            signs=float((np.sign(predicted) == np.sign(self._means)).mean()),
        )


def moderated(variances: "Floats", counts: "Floats") -> "Floats":
    """Return the variance of each mean of `counts` values with sample `variances` (NaN for one value).

    s_i^2 <- (d_0 s^2 + d_i s_i^2) / (d_0 + d_i), d_i = n_i - 1, d_0 = PRIOR_DEGREES, s^2 the mean over points.
    """
    degrees = counts - 1.0
    own = np.where(degrees > 0.0, np.nan_to_num(variances), 0.0)
    common = float((own * degrees).sum() / degrees.sum()) if degrees.sum() > 0.0 else 0.0
    return np.asarray((PRIOR_DEGREES * common + degrees * own) / (PRIOR_DEGREES + degrees) / counts)


def _fit(positions: "Floats", values: "Floats", noise: "Floats") -> Any:
    """Fit a process with Matérn's kernel, a length for each factor and a level that is not known beforehand."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    curved = ConstantKernel(1.0, (1e-3, 1e2)) * Matern([0.5, 0.5], (0.08, 10.0), nu=2.5)
    level = ConstantKernel(1.0, "fixed")
    process = GaussianProcessRegressor(curved + level, alpha=noise, n_restarts_optimizer=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: the factor hardly matters
        return process.fit(positions, values)
