const w = new Worker("./worker.js", {type:"module"}); window.log=[]; w.onmessage=e=>{log.push(e.data)}; w.onerror=e=>log.push({kind:"err",m:e.message});
