/** Values of a receiver's setting that several cases need. */

/** No transport: the receiver fetches its files. */
export const download = { transport: null };

export const email = {
  transport: {
    type: "EMAIL",
    addresses: ["reports@receiver.example"],
    from: "from@x.example",
  },
};

export const REST = {
  transport: { type: "REST", reportUrl: "https://in.receiver.example/elr" },
};

/** The timing of a receiver's setting, with so many batches a day. */
export function batches(numberPerDay: number, timeZone = "EASTERN"): Record<string, unknown> {
  return {
    timing: {
      ...{
        operation: "MERGE",
        numberPerDay,
        initialTime: "00:00",
        timeZone,
        maxReportCount: 100,
      },
      ...{
        whenEmpty: { action: "NONE", onlyOncePerDay: false },
        timeBetweenBatches: 60,
      },
    },
  };
}
