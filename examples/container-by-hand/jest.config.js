module.exports = { testEnvironment: 'ns-jest' };
