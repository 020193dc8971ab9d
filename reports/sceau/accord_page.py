"""Le journal d'un côté, `rapport.html` de l'autre : la page montre-t-elle les verdicts, et rien qui les cache ?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml import etree, html

from reports.allure import STATUTS
from reports.campagne import Campagne
from reports.rapport import NOM as RAPPORT
from reports.sceau.accord_rapports import dire, ecart
from reports.sceau.anomalie import Anomalie
from reports.texte import affichable


def comparer_rapport(campagne: Campagne, octets: bytes) -> Iterator[Anomalie]:
    """Chaque verdict que le rapport montre, et aucun script qui en montrerait d'autres."""
    try:
        page = html.document_fromstring(octets, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    except (etree.LxmlError, ValueError) as erreur:
        yield ecart(RAPPORT, f"page illisible ({erreur})")
        return
    if page.xpath("//script | //iframe | //object | //embed | //@*[starts-with(name(), 'on')]"):
        yield ecart(RAPPORT, "la page porte un script ou un objet : le banc n'en écrit jamais")
    voulus: dict[str, set[str]] = defaultdict(set)
    for resultat in campagne.resultats:
        voulus[affichable(resultat.scenario)].add(resultat.verdict.value)
    montres: dict[str, set[str]] = defaultdict(set)
    for numero, verdict in _verdicts_montres(page, voulus):
        montres[numero].add(verdict)
    for resultat in campagne.resultats:
        vus = montres.pop(affichable(resultat.scenario), set())
        attendus = voulus[affichable(resultat.scenario)]
        if not vus:
            yield ecart(RAPPORT, "ce scénario n'y est pas montré", resultat)
        elif vus != attendus and len(attendus) == 1:
            yield ecart(
                RAPPORT, "le verdict montré n'est pas celui du journal", resultat, dire(attendus), dire(sorted(vus))
            )
        montres[affichable(resultat.scenario)] = vus
    for numero in montres.keys() - voulus.keys():
        yield ecart(RAPPORT, f"scénario montré et absent du journal : {numero[:120]}")


def _verdicts_montres(page: html.HtmlElement, connus: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(numéro, verdict) à chaque endroit : l'entrée du scénario, sa couleur, et les tableaux qui le citent."""
    for bloc in page.xpath("//*[contains(concat(' ', @class, ' '), ' scenario ')]"):
        numeros = bloc.xpath("(.//*[contains(concat(' ', @class, ' '), ' num ')])[1]")
        if not numeros:
            continue
        numero = numeros[0].text_content().strip()
        for classe in str(bloc.get("class")).split():
            if classe.startswith("v-"):
                yield numero, classe.removeprefix("v-")
        for pastille in bloc.xpath("./*[contains(concat(' ', @class, ' '), ' entete ')]" + _PASTILLE):
            yield from ((numero, verdict) for verdict in _verdict(pastille))
    for rangee in page.xpath("//tr[.//a[starts-with(@href, '#scenario-')]]"):
        numeros = {a.text_content().strip() for a in rangee.xpath(".//a[starts-with(@href, '#scenario-')]")}
        if len(numeros) == 1 and (numero := numeros.pop()) in connus:
            for pastille in rangee.xpath("." + _PASTILLE):
                yield from ((numero, verdict) for verdict in _verdict(pastille))


_PASTILLE = "//span[contains(concat(' ', @class, ' '), ' verdict ')]"


def _verdict(pastille: html.HtmlElement) -> Iterator[str]:
    """La classe de la pastille, et le verdict dont elle porte le nom : les deux doivent s'accorder."""
    texte = pastille.text_content().strip()
    for verdict in STATUTS:
        if verdict.value in str(pastille.get("class")).split():
            yield verdict.value
        if texte.partition(" ")[2] == verdict.libelle:
            yield verdict.value
