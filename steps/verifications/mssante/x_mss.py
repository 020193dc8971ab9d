"""Les en-têtes X-MSS : référence produit, INS, types des CDA, fin de conversation avec un usager."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.contenus import traits_absents
from steps.verifications.mssante.contexte import ContexteCourriel
from steps.verifications.mssante.courriel_lecture import Courriel, est_usager
from steps.verifications.mssante.mime import EnTete
from steps.verifications.mssante.portee import sans_contexte
from steps.verifications.registre import verification

_REM = "REM BIO, exigence"
_REF = "MSSanté référentiel #2"
NOMS = ("X-MSS-NIL", "X-MSS-INS", "X-MSS-CODECDA", "X-MSS-MES")

NIL = Regle(
    "MSS-XMS-01", "X-MSS-NIL porte la référence produit du logiciel", f"{_REM} MSS/CONF.16 ; {_REF}, ECO.2.4.3",
    Confiance.OFFICIELLE, "Écrire dans tout courriel X-MSS-NIL : <référence produit de la plateforme Convergence>.",
)  # fmt: skip
INS = Regle(
    "MSS-XMS-02", "X-MSS-INS dit si l'archive porte une INS qualifiée, et manque sans CDA",
    f"{_REM} MSS/CONF.14 ; {_REF}, ECO.2.4.2", Confiance.OFFICIELLE,
    "Écrire O si l'en-tête du CDA porte matricule, OID et quatre traits, N sinon ; ne rien écrire sans CDA archivé.",
)  # fmt: skip
CODECDA = Regle(
    "MSS-XMS-03", "X-MSS-CODECDA porte le code de chaque CDA de l'archive, et manque sans CDA",
    f"{_REM} MSS/CONF.15 ; {_REF}, ECO.2.4.1", Confiance.OFFICIELLE,
    "Écrire le code (ClinicalDocument/code/@code) de chaque CDA archivé ; ne rien écrire sans CDA archivé.",
)  # fmt: skip
CODECDA_FORME = Regle(
    "MSS-XMS-04", "Les codes de X-MSS-CODECDA sont séparés par une virgule, dans un seul en-tête",
    f"{_REF}, ECO.2.4.1, vu à travers la documentation publique d'un éditeur", Confiance.SECONDAIRE,
    "Écrire un seul en-tête : X-MSS-CODECDA: 11502-2,34112-3.",
)  # fmt: skip
FIN = Regle(
    "MSS-XMS-05", "X-MSS-MES vaut FIN quand l'émetteur ne veut pas de réponse de l'usager",
    f"{_REM} MSS/CONF.21 ; {_REF}, ECO.2.2.8", Confiance.OFFICIELLE,
    "Écrire X-MSS-MES: FIN, en capitales, quand le professionnel a demandé à ne pas recevoir de réponse ; sinon rien.",
)  # fmt: skip
FIN_USAGER = Regle(
    "MSS-XMS-06", "X-MSS-MES ne part que vers un usager", f"{_REM} MSS/CONF.21 (messages envoyés vers un usager) ; "
    "déduction du banc : entre professionnels il ne dit rien", Confiance.DEDUITE,
    "N'écrire X-MSS-MES que dans un message adressé à une boîte d'usager.",
)  # fmt: skip
NOMS_EXACTS = Regle(
    "MSS-XMS-07", "Les en-têtes X-MSS s'écrivent avec des tirets",
    f"{_REM} MSS/CONF.14, .15, .16, .21 ; déduction du banc : tout autre nom n'est lu par personne", Confiance.DEDUITE,
    "Écrire X-MSS-NIL, X-MSS-INS, X-MSS-CODECDA et X-MSS-MES ; les formes à tiret bas sont des noms de propriétés.",
)  # fmt: skip
UNE_FOIS = Regle(
    "MSS-XMS-08", "Chaque en-tête X-MSS n'est écrit qu'une fois",
    "Déduction du banc : de deux valeurs, rien ne dit laquelle vaut", Confiance.DEDUITE,
    "N'écrire chaque en-tête X-MSS qu'une fois.",
)  # fmt: skip


@verification(NIL)
def x_mss_nil(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """X-MSS-NIL est là et vaut la référence produit déclarée ; sans référence connue, sa présence seule est jugée."""
    valeur = courriel.valeur("X-MSS-NIL")
    attendu = contexte.nil or "la référence produit du logiciel"
    return juger(
        NIL, valeur == contexte.nil if contexte.nil else bool(valeur),
        "X-MSS-NIL ne porte pas la référence produit." if valeur else "X-MSS-NIL manque ou est vide.",
        attendu=attendu, recu=valeur or "rien", ou=_ou(courriel, "X-MSS-NIL"), echanges=contexte.echanges,
    )  # fmt: skip


@verification(INS)
def x_mss_ins(courriel: Courriel, contexte: ContexteCourriel) -> Constat:
    """X-MSS-INS : `O` ou `N` recalculé de l'en-tête des CDA archivés ; absent s'il n'y en a pas."""
    ou, echanges = _ou(courriel, "X-MSS-INS"), contexte.echanges
    entete = courriel.entete("X-MSS-INS")
    contenus = courriel.contenus
    if not contenus.cdas and not contenus.incertitude:
        return _absent(INS, entete, ou, echanges)
    qualifies = [not traits_absents(cda) for cda in contenus.entetes]
    if not qualifies or (contenus.incertitude and not any(qualifies)):
        return INS.sans_objet(f"X-MSS-INS ne peut pas être recalculé : {contenus.incertitude}", echanges=echanges)
    recu = entete.valeur if entete is not None else "rien"
    if any(qualifies) and not all(qualifies) and recu in ("O", "N"):
        message = (
            "Des CDA de l'archive portent une INS qualifiée, d'autres non : le texte ne dit pas que vaut X-MSS-INS."
        )
        return INS.a_regarder(message, recu=recu, ou=ou, echanges=echanges)
    attendu = "O" if any(qualifies) else "N"
    manque = ", ".join(dict.fromkeys(nom for cda in contenus.entetes for nom in traits_absents(cda)))
    return juger(
        INS, recu == attendu, "X-MSS-INS ne dit pas ce que porte l'archive.",
        attendu=f"{attendu} ({f'absents : {manque}' if manque else 'matricule, OID et les quatre traits'})",
        recu=recu, ou=ou, echanges=echanges,
    )  # fmt: skip


@verification(CODECDA, CODECDA_FORME)
def x_mss_codecda(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """X-MSS-CODECDA : les codes des CDA archivés, dans un ordre libre ; absent s'il n'y en a pas."""
    ou, echanges = _ou(courriel, "X-MSS-CODECDA"), contexte.echanges
    entetes = courriel.tous("X-MSS-CODECDA")
    contenus = courriel.contenus
    if not contenus.cdas and not contenus.incertitude:
        return [_absent(CODECDA, next(iter(entetes), None), ou, echanges)]
    if contenus.incertitude:
        raison = f"X-MSS-CODECDA ne peut pas être recalculé : {contenus.incertitude}"
        return [CODECDA.sans_objet(raison, echanges=echanges)]
    attendus = {cda.code.code for cda in contenus.entetes if cda.code is not None and cda.code.code}
    recus = {morceau for entete in entetes for morceau in entete.valeur.replace(",", " ").replace(";", " ").split()}
    constats = [
        juger(
            CODECDA, recus == attendus and bool(entetes), "X-MSS-CODECDA ne porte pas les codes des CDA de l'archive.",
            attendu=",".join(sorted(attendus)) or "le code du CDA (il n'en porte pas)",
            recu=" | ".join(entete.valeur for entete in entetes) or "rien", ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    if recus == attendus and entetes:
        valeur = entetes[0].valeur
        juste = len(entetes) == 1 and all(morceau.strip() in attendus for morceau in valeur.split(","))
        constats.append(
            juger(
                CODECDA_FORME, juste, "Les codes de X-MSS-CODECDA ne sont pas séparés par des virgules.",
                attendu=",".join(sorted(attendus)), recu=" | ".join(e.valeur for e in entetes), ou=ou,
                echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(FIN, FIN_USAGER)
def x_mss_mes(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """X-MSS-MES : `FIN` et rien d'autre, vers un usager, quand l'émetteur ne veut pas de réponse."""
    ou, echanges = _ou(courriel, "X-MSS-MES"), contexte.echanges
    entete = courriel.entete("X-MSS-MES")
    usagers = [a.adresse for a in courriel.destinataires if est_usager(a.adresse)]
    usagers += [a for a in contexte.destinataires or () if est_usager(a)]
    recu = entete.valeur if entete is not None else "rien"
    if entete is not None and recu != "FIN":
        return [
            FIN.enfreinte("X-MSS-MES ne vaut pas FIN.", attendu="FIN, ou pas d'en-tête", recu=recu or "vide", ou=ou,
                          echanges=echanges)
        ]  # fmt: skip
    constats = []
    if entete is not None and not usagers:
        tous = ", ".join(a.adresse for a in courriel.destinataires)
        constats.append(
            FIN_USAGER.enfreinte("X-MSS-MES est dans un message qui ne va à aucun usager.",
                                 attendu="pas d'en-tête", recu=f"FIN, vers {tous[:200] or 'personne'}", ou=ou,
                                 echanges=echanges)
        )  # fmt: skip
    elif entete is not None:
        constats.append(FIN_USAGER.respectee(recu=f"vers {usagers[0]}", ou=ou, echanges=echanges))
    if usagers and contexte.sans_reponse is not None:
        attendu = "FIN" if contexte.sans_reponse else "pas d'en-tête : une réponse est admise"
        constats.append(
            juger(FIN, (entete is not None) is contexte.sans_reponse, "X-MSS-MES ne suit pas le souhait de l'émetteur.",
                  attendu=attendu, recu=recu, ou=ou, echanges=echanges)
        )  # fmt: skip
    elif entete is not None:
        constats.append(FIN.respectee(recu=recu, ou=ou, echanges=echanges))
    elif usagers:
        constats.append(sans_contexte(FIN, "que l'émetteur veuille ou non une réponse de l'usager", echanges))
    return constats or [FIN.respectee(recu="aucun en-tête, aucun usager", ou=ou, echanges=echanges)]


@verification(NOMS_EXACTS, UNE_FOIS)
def x_mss_noms(courriel: Courriel, contexte: ContexteCourriel) -> list[Constat]:
    """Les noms des en-têtes X-MSS sont ceux des textes, chacun une fois (X-MSS-CODECDA a sa propre règle)."""
    connus = {nom.lower() for nom in NOMS}
    faux = [
        entete for entete in courriel.racine.entetes
        if entete.nom.lower().replace("_", "-") in connus and entete.nom.lower() not in connus
    ]  # fmt: skip
    doubles = [nom for nom in NOMS if nom != "X-MSS-CODECDA" and len(courriel.tous(nom)) > 1]
    vus = ", ".join(nom for nom in NOMS if courriel.entete(nom)) or "aucun en-tête X-MSS"
    return [
        juger(
            NOMS_EXACTS, not faux, "Un en-tête X-MSS est écrit avec des tirets bas.",
            attendu=", ".join(entete.nom.replace("_", "-") for entete in faux),
            recu=", ".join(entete.nom for entete in faux) or vus, ou=faux[0].ou if faux else "en-têtes",
            echanges=contexte.echanges,
        ),
        juger(
            UNE_FOIS, not doubles, "Un en-tête X-MSS est écrit plusieurs fois.", attendu="une fois chacun",
            recu=" ; ".join(f"{nom} : {' | '.join(e.valeur for e in courriel.tous(nom))}" for nom in doubles) or vus,
            ou=_ou(courriel, doubles[0]) if doubles else "en-têtes", echanges=contexte.echanges,
        ),
    ]  # fmt: skip


def _absent(regle: Regle, entete: EnTete | None, ou: str, echanges: tuple[int, ...]) -> Constat:
    if entete is None:
        return regle.respectee("absent, et aucun CDA n'est archivé", recu="aucun en-tête", ou=ou, echanges=echanges)
    return regle.enfreinte(
        f"{entete.nom} est écrit alors que le courriel ne porte aucun CDA dans une archive.",
        attendu="pas d'en-tête", recu=entete.valeur or "vide", ou=ou, echanges=echanges,
    )  # fmt: skip


def _ou(courriel: Courriel, nom: str) -> str:
    entete = courriel.entete(nom)
    return entete.ou if entete is not None else f"en-tête {nom}"
