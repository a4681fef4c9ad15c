// One page that shows the OpenAPI document and sends requests. It loads nothing from anywhere else, so it works offline.

export const DOCS_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'",
};

const STYLE = `
body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fbfbfa}
h1{font-size:1.4rem}details{background:#fff;border:1px solid #dde1e6;border-radius:6px;margin:.6rem 0;padding:.5rem .9rem}
summary{cursor:pointer}code,pre,textarea{font:13px/1.45 ui-monospace,monospace}pre{background:#f3f4f6;padding:.7rem;border-radius:4px;overflow:auto;white-space:pre-wrap}
.verb{display:inline-block;min-width:3.4rem;font-weight:600;color:#0b5394}table{border-collapse:collapse;width:100%}td{border-top:1px solid #eceff2;padding:.25rem .5rem .25rem 0;vertical-align:top}
input{font:13px ui-monospace,monospace;padding:.25rem .4rem;margin:.2rem .6rem .2rem .3rem}textarea{width:100%;min-height:7rem;box-sizing:border-box}button{margin:.4rem 0;padding:.3rem .9rem}
@media(prefers-color-scheme:dark){body{color:#d8dee6;background:#15191e}details{background:#1c2127;border-color:#333b44}pre{background:#12161a}.verb{color:#7fb4ea}td{border-color:#2a3139}}`;

const SCRIPT = `
const make=(tag,text,parent)=>{const e=document.createElement(tag);if(text!==undefined)e.textContent=text;parent&&parent.append(e);return e};
const bound=s=>[s.type,s.enum&&s.enum.join(" | "),s.minimum!==undefined&&">= "+s.minimum,s.maximum!==undefined&&"<= "+s.maximum,s.default!==undefined&&"default "+JSON.stringify(s.default)].filter(Boolean).join(", ");
const example=s=>Object.fromEntries(Object.entries(s.properties||{}).filter(([n,p])=>p.default!==undefined||(s.required||[]).includes(n)).map(([n,p])=>[n,p.default!==undefined?p.default:p.type==="string"?"Hello":p.type==="array"?[]:0]));
fetch("openapi.json").then(r=>r.json()).then(api=>{
  document.title=api.info.title;make("h1",api.info.title+" "+api.info.version,document.body);
  const field=(name,parent,type)=>{const i=make("input",undefined,make("label",name,parent));i.type=type||"text";i.autocomplete="off";return i};
  const key=field("API key",make("p",undefined,document.body),"password");
  for(const [path,verbs] of Object.entries(api.paths))for(const [verb,op] of Object.entries(verbs)){
    const box=make("details",undefined,document.body),head=make("summary",undefined,box);
    make("span",verb.toUpperCase(),head).className="verb";make("code",path,head);make("span"," "+op.summary,head);
    const schema=op.requestBody&&op.requestBody.content["application/json"].schema;
    if(schema){const table=make("table",undefined,box);for(const [name,p] of Object.entries(schema.properties||{})){const row=make("tr",undefined,table);make("code",name,make("td",undefined,row));make("td",bound(p),row);make("td",p.description||"",row)}}
    const input=schema&&make("textarea",JSON.stringify(example(schema),null,2),box);
    const places=(op.parameters||[]).map(p=>[p,field(p.name,box)]);
    const button=make("button","Send",box),out=make("pre","",box);out.hidden=true;
    button.onclick=async()=>{out.hidden=false;out.textContent="…";
      const query=new URLSearchParams(places.filter(([p,i])=>p.in==="query"&&i.value!=="").map(([p,i])=>[p.name,i.value])).toString();
      const url=places.reduce((u,[p,i])=>p.in==="path"?u.replace("{"+p.name+"}",encodeURIComponent(i.value)):u,path)+(query===""?"":"?"+query);
      const headers={...(input?{"content-type":"application/json"}:{}),...(key.value===""?{}:{authorization:"Bearer "+key.value})};
      try{const r=await fetch(url,{method:verb.toUpperCase(),headers,...(input?{body:input.value}:{})});
        if((r.headers.get("content-type")||"").startsWith("text/event-stream")){out.textContent="";const reader=r.body.pipeThrough(new TextDecoderStream()).getReader();for(;;){const {done,value}=await reader.read();if(done)break;out.textContent+=value}}
        else{const t=await r.text();try{out.textContent=r.status+"\\n"+JSON.stringify(JSON.parse(t),null,2)}catch{out.textContent=r.status+"\\n"+t}}
      }catch(e){out.textContent=String(e)}};
  }
});`;

export const DOCS_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>API</title><style>${STYLE}</style></head>
<body><noscript>The document is at <a href="openapi.json">openapi.json</a>.</noscript><script>${SCRIPT}</script></body></html>
`;
