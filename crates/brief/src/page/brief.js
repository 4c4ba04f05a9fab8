(function(){
"use strict";
var d=document,r=d.documentElement,K="coverledger.brief.lang",l=null;
try{l=localStorage.getItem(K)}catch(e){}
if(l!=="en"&&l!=="zh")l=/^zh/i.test(navigator.language||"")?"zh":"en";
function all(s,e){return Array.prototype.slice.call((e||d).querySelectorAll(s))}
function lang(v,keep){
l=v;r.lang=v;
if(d.body){d.title=d.body.dataset[v];all("[data-l]").forEach(function(b){b.setAttribute("aria-pressed",String(b.dataset.l===v))})}
if(keep)try{localStorage.setItem(K,v)}catch(e){}
}
r.classList.add("js");lang(l);
d.addEventListener("DOMContentLoaded",function(){
lang(l);

// What has begun, and how old the page is: all that depends on when it is looked at.
function say(e,en,zh){var s=e.querySelectorAll("[lang]");s[0].textContent=en;s[1].textContent=zh;e.hidden=false}
function look(){
var t=Date.now(),age=t-Date.parse(d.body.dataset.over),begun=0,rows=all(".run [data-starts]");
all("[data-starts]").forEach(function(e){
var b=t>=Date.parse(e.dataset.starts),o=t>=Date.parse(e.dataset.ends);
e.classList.toggle("begun",b);
all(".beg",e).forEach(function(x){x.hidden=!b||o});all(".ovr",e).forEach(function(x){x.hidden=!o});
});
rows.forEach(function(e){if(e.classList.contains("begun"))begun++});
var old=age>129600000,n=Math.max(1,Math.floor(age/86400000)),gone=rows.length>0&&begun===rows.length;
r.classList.toggle("stale",old||gone);
var a=d.querySelector(".age");
if(a){if(old)say(a,"This brief is "+(n===1?"one day":n+" days")+" old.","这份简报是 "+n+" 天前的。");else a.hidden=true}
var p=d.querySelector("p.now");
if(p){if(begun&&!old){
if(gone)say(p,"All of this has begun. The next brief comes with the next run.","以下场次均已开播。下次运行后会有新简报。");
else say(p,begun+" of "+rows.length+" starts "+(begun===1?"has":"have")+" begun.",rows.length+" 个开播时间中已有 "+begun+" 个开始。");
}else p.hidden=true}
}
look();setInterval(look,60000);

// Parts that were written short, by section and place.
function long(text,words){return text.replace(/[\u0250-\u02ff]/g,function(c){return words[c.charCodeAt(0)-592]})}
var parts={},picked={m:"0",p:"0"};
all(".one").forEach(function(o){
var box=o.parentNode,words=[],w=box.querySelector("script.words"),own=parts[o.dataset.sec]={box:o,by:{}};
if(w)words=JSON.parse(w.textContent);
own.by[o.dataset.at]=o.innerHTML;
all("script.part",box).forEach(function(s){
own.by[s.dataset.at]=function(){return long(s.textContent,words)};
});
});
function pick(){
Object.keys(parts).forEach(function(k){
var own=parts[k],fields=all("fieldset",own.box.parentNode);
if(!fields.length)return;
function has(m,p){return own.by[m+" "+p]!==undefined}
var m=picked.m,p=picked.p;
if(!has(m,p))Object.keys(own.by).some(function(at){var x=at.split(" ");if(x[0]!==m)return false;p=x[1];return true});
if(!has(m,p))return;
all("input",own.box.parentNode).forEach(function(i){
var is=i.closest("fieldset").dataset.kind;
i.checked=i.value===(is==="m"?m:p);
if(is==="p")i.disabled=!has(m,i.value);
});
var part=own.by[m+" "+p];
if(own.box.dataset.at!==m+" "+p){
if(typeof part==="function")part=own.by[m+" "+p]=part();
own.box.innerHTML=part;own.box.dataset.at=m+" "+p;
}
});
}
var first=d.querySelector(".one");
if(first){var at=first.dataset.at.split(" ");picked={m:at[0],p:at[1]}}
pick();

// A ranking, sorted by a column; what is not known comes last whichever way.
function sort(b){
var h=b.closest("th"),t=b.closest("table"),k=h.cellIndex,body=t.querySelector("tbody.sorted"),was=h.getAttribute("aria-sort");
var dir=was==="descending"?1:was==="ascending"?-1:k===0?1:-1;
all("th[aria-sort]",t).forEach(function(x){x.removeAttribute("aria-sort")});
h.setAttribute("aria-sort",dir>0?"ascending":"descending");
function v(row){var c=row.cells[k];if(k===0){var n=c.querySelector("bdi[lang="+l+"]")||c.querySelector("bdi");return n?n.textContent:""}return c.dataset.v===undefined?null:+c.dataset.v}
Array.prototype.slice.call(body.rows).map(function(row,i){return{row:row,v:v(row),i:i}}).sort(function(x,y){
if(x.v===null||y.v===null)return(x.v===null)-(y.v===null)||x.i-y.i;
return dir*(k===0?x.v.localeCompare(y.v,l):x.v-y.v)||x.i-y.i;
}).forEach(function(x){body.appendChild(x.row)});
}

// A broadcast, drawn as the first one was (`review.rs`).
var rv=d.getElementById("rv"),data=d.getElementById("rvd"),broadcasts=data?JSON.parse(data.textContent):{b:[]};
function count(n){return String(n).replace(/\B(?=(\d{3})+$)/g,",")}
function hundred(x){x*=100;return x>0&&x<.095?x.toFixed(2):x.toFixed(1)}
function clock(m){m=(m%1440+1440)%1440;return("0"+Math.floor(m/60)).slice(-2)+":"+("0"+m%60).slice(-2)}
function sum(c){var s=0,any=false;c.forEach(function(x){if(x!==null){s+=x;any=true}});return any?s:null}
function share(part,of){return String(Math.floor((part*1000+Math.floor(of/2))/of)/10)}
function wilson(x,n){var z=1.959963984540054,s=x/n,w=z*Math.sqrt(s*(1-s)/n+z*z/(4*n*n)),m=s+z*z/(2*n),k=1+z*z/n;return[Math.max(0,(m-w)/k),Math.min(1,(m+w)/k)]}
function show(i){
var b=broadcasts.b[i],h=b.h.map(function(x){return long(x,broadcasts.w)}),n=Math.max(1,b.c[0].length),strips=all(".strip",rv);
rv.querySelector("p.key").innerHTML=h[0];
rv.querySelector("ol.air").innerHTML=h.slice(1).join("");
strips[0].querySelector("svg").innerHTML=b.a.map(function(a,k){
return'<rect class="seg" x="'+share(a[0],n)+'%" width="'+share(Math.max(0,a[1]-a[0]),n)+'%" height="24"></rect><text class="k" x="'+share(a[0]*2+Math.max(0,a[1]-a[0]),n*2)+'%" y="16" text-anchor="middle">'+(k+1)+"</text>";
}).join("");
var cuts=b.a.filter(function(a){return a[0]>0}).map(function(a){return"M"+a[0]+" 0V100"}).join("");
function plot(strip,en,zh,inside,most){
var small=strip.querySelector("small"),svg=strip.querySelector("svg");
small.innerHTML="";["en","zh"].forEach(function(x,k){var s=d.createElement("span");s.lang=x;s.textContent=k?zh:en;small.appendChild(s)});
svg.setAttribute("viewBox","0 0 "+n+" 100");
svg.innerHTML='<path class="bs" d="M0 100H'+n+'"></path><path class="swl" d="'+cuts+'"></path>'+inside;
strip.querySelector(".mx").textContent=most;
}
function bars(strip,c,css){
var s=sum(c),most=c.reduce(function(a,x){return x!==null&&x>a?x:a},0);
if(s===null)return plot(strip,"not in the exports: it is not zero","导出中没有，不等于零","","–");
var path=c.map(function(x,k){
if(!x||x<0)return"";
var h=Math.max(1,Math.floor((x*200+most)/(2*Math.max(1,most))));return"M"+k+".1 100v-"+h+"h.8v"+h+"z";
}).join("");
plot(strip,count(s)+" in all","共 "+count(s),'<path class="'+css+'" d="'+path+'"></path>',count(most));
}
function rate(strip,shown,clicks){
var all_=sum(shown),taps=sum(clicks),known=[];
if(taps===null||!all_)return plot(strip,"not known","未知","","–");
var reach=Math.floor(Math.floor(15/Math.max(1,b.m))/2);
shown.forEach(function(x,k){
if(x===null||clicks[k]===null)return;
var s=0,c=0;for(var j=Math.max(0,k-reach);j<Math.min(n,k+reach+1);j++)if(shown[j]!==null&&clicks[j]!==null){s+=shown[j];c+=clicks[j]}
if(s>0){var w=wilson(c,s);known.push([k,c/s,w[0],w[1]])}
});
var most=known.reduce(function(a,x){return Math.max(a,x[3])},1e-9),band="",line="",at=0;
function y(v){return(100-v/most*100).toFixed(1)}
while(at<known.length){
var end=at+1;while(end<known.length&&known[end-1][0]+1===known[end][0])end++;
for(var k=at;k<end;k++){var c=k===at?"M":"L";line+=c+known[k][0]+".5 "+y(known[k][1]);band+=c+known[k][0]+".5 "+y(known[k][3])}
for(k=end-1;k>=at;k--)band+="L"+known[k][0]+".5 "+y(known[k][2]);
band+="z";at=end;
}
var of=hundred(taps/all_);
plot(strip,of+" of 100 in all; band: 95\u00a0%","每百次 "+of+"；色带为 95% 区间",'<path class="bd" d="'+band+'"></path><path class="ln" d="'+line+'"></path>',hundred(most));
}
var css=["","","a","a","o","b"];
b.c.forEach(function(c,k){bars(strips[k<2?k+1:k+2],c,css[k])});
rate(strips[3],b.c[0],b.c[1]);
var step=Math.max(1,Math.floor(b.c[0].length/4)),ticks="";
for(var k=0,no=0;k<b.c[0].length&&no<5;k+=step,no++){
var put='x="'+share(k,n)+'%"',an='text-anchor="'+(k?"middle":"start")+'"';
ticks+='<text class="k" '+put+' y="12" '+an+">"+clock(b.t[0]+k*b.m)+"</text><text "+put+' y="28" '+an+">"+clock(b.t[1]+k*b.m)+"</text>";
}
strips[8].querySelector("svg").innerHTML=ticks;
var body=rv.querySelector("tbody");body.innerHTML="";
b.c[0].forEach(function(_,k){
var row=body.insertRow(),th=d.createElement("th");th.scope="row";th.textContent=clock(b.t[0]+k*b.m);row.appendChild(th);
row.insertCell().textContent=clock(b.t[1]+k*b.m);
b.c.forEach(function(c){var x=row.insertCell();x.className="n";x.textContent=c[k]===null?"–":count(c[k])});
});
}

d.addEventListener("toggle",function(e){
var f=e.target,p=f.open&&f.matches("details.fold")&&f.querySelector("script.part");
if(!p)return;
var box=d.createElement("div");
box.innerHTML=long(p.textContent,JSON.parse(f.querySelector("script.words").textContent));
p.replaceWith(box);
},true);
d.addEventListener("change",function(e){
var i=e.target;
if(i.matches(".rs")){all(".rs").forEach(function(s){s.value=i.value});show(+i.value);return}
var f=i.closest("fieldset");
if(f&&f.dataset.kind){picked[f.dataset.kind]=i.value;pick()}
});
d.addEventListener("click",function(e){
var b=e.target.closest("[data-l],.so");
if(!b)return;
if(b.dataset.l)lang(b.dataset.l,true);else sort(b);
});
});
})();
