"""Les versions d'un compte rendu envoyé : partiel puis complet, annule et remplace, suppression annoncée."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.flux.identite import comparable
from steps.verifications.cda import remplace, statut_compte_rendu, version
from steps.verifications.cda.jugement import juger
from steps.verifications.mssante.dossier_envois import FIL
from steps.verifications.mssante.dossier_lecture import CourrielVu, DocumentLu, aplatir
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

R_STATUT = Regle(
    "MSS-VERSION-01", "Le compte rendu envoyé dit s'il est partiel ou complet",
    f"{REM_BIO.format('MSS/va1.32')} : statut active, puis completed", Confiance.OFFICIELLE,
    "Écrivez lab:statusCode : active tant qu'un résultat manque, completed ensuite.",
)  # fmt: skip
R_SUITE = Regle(
    "MSS-VERSION-02", "Le compte rendu suivant est une nouvelle version de celui qui a été envoyé",
    REM_BIO.format("MSS/va1.32 et MSS/va1.35"), Confiance.OFFICIELLE,
    "Gardez setId, augmentez versionNumber et désignez la version remplacée (relatedDocument RPLC).",
)  # fmt: skip
R_MENTION = Regle(
    "MSS-VERSION-03", "La version qui remplace porte la mention préparamétrée, dans le CDA et dans le PDF",
    REM_BIO.format("MSS/va1.35"), Confiance.OFFICIELLE,
    "Écrivez la mention paramétrée dans le compte rendu qui en remplace un autre.",
)  # fmt: skip
R_SANS_MENTION = Regle(
    "MSS-VERSION-04", "La première version ne porte pas la mention de remplacement", REM_BIO.format("MSS/va1.35"),
    Confiance.OFFICIELLE, "N'écrivez la mention que dans une version qui en remplace une autre.",
)  # fmt: skip
R_PREVENUS = Regle(
    "MSS-VERSION-05", "Chaque destinataire d'un compte rendu supprimé en est prévenu", REM_BIO.format("MSS/va1.37"),
    Confiance.OFFICIELLE, "Envoyez l'avertissement à chaque professionnel qui avait reçu le compte rendu.",
)  # fmt: skip
R_EUX_SEULS = Regle(
    "MSS-VERSION-06", "Seuls les destinataires du compte rendu supprimé en sont prévenus", REM_BIO.format("MSS/va1.37"),
    Confiance.OFFICIELLE, "N'avertissez que ceux qui avaient reçu le compte rendu.",
)  # fmt: skip
R_TEXTE_PREVU = Regle(
    "MSS-VERSION-07", "L'avertissement de suppression est le texte préparamétré", REM_BIO.format("MSS/va1.37"),
    Confiance.OFFICIELLE, "Écrivez dans le courriel le message paramétré.",
)  # fmt: skip
R_CORRESPONDANTS = Regle(
    "MSS-CORRESP-01", "Un dossier garde dix correspondants, chacun avec ses données", REM_BIO.format("MSS/va1.36"),
    Confiance.OFFICIELLE, "Permettez au moins dix correspondants par dossier d'examens.",
)  # fmt: skip
R_RETOUR = Regle(
    "MSS-RETOUR-01", "Les réponses reviennent à l'adresse de retour réglée, distincte de la boîte d'émission",
    f"{REM_BIO.format('MSS/va1.18')} ; Reply-To : MSS/va1.09", Confiance.OFFICIELLE,
    "Écrivez dans Reply-To l'adresse de retour réglée pour ce genre de destinataire.",
)  # fmt: skip
R_RETOUR_REGLABLE = Regle(
    "MSS-RETOUR-02", "L'adresse de retour se règle", REM_BIO.format("MSS/va1.18"), Confiance.OFFICIELLE,
    "Offrez le réglage de l'adresse de retour.",
)  # fmt: skip


@verification(R_STATUT)
def statut_du_compte_rendu(document: DocumentLu, *, partiel: bool, echanges: tuple[int, ...]) -> Constat:
    """`active` pour un compte rendu partiel, `completed` pour un complet."""
    attendu = "active" if partiel else "completed"
    recu = statut_compte_rendu(document.entete)
    return juger(
        R_STATUT, recu == attendu, "le statut du compte rendu n'est pas celui de ses résultats", attendu=attendu,
        recu=recu or "absent", ou=document.nom, echanges=echanges,
    )  # fmt: skip


@verification(R_SUITE)
def version_suivante(ancien: DocumentLu, nouveau: DocumentLu, *, echanges: tuple[int, ...]) -> Constat:
    """Même lot de versions, numéro plus grand, et l'ancienne désignée comme remplacée."""
    avant, apres = ancien.entete, nouveau.entete
    ecarts = []
    if avant.set_id is None or apres.set_id != avant.set_id:
        ecarts.append(f"setId {apres.set_id} au lieu de {avant.set_id}")
    numeros = version(avant), version(apres)
    if None in numeros or (numeros[1] or 0) <= (numeros[0] or 0):
        ecarts.append(f"version {numeros[1]} après {numeros[0]}")
    remplacee, precedente = remplace(apres), avant.id.unique_id if avant.id else ""
    if not precedente or remplacee != precedente:
        ecarts.append(f"remplace {remplacee or 'rien'} au lieu de {precedente}")
    return juger(
        R_SUITE, not ecarts, "le second compte rendu n'est pas la version suivante du premier",
        attendu=f"setId {avant.set_id}, version après {numeros[0]}, remplace {precedente}",
        recu=" ; ".join(ecarts) or f"version {numeros[1]}, remplace {remplacee}", ou=nouveau.nom, echanges=echanges,
    )  # fmt: skip


@verification(R_MENTION, R_SANS_MENTION)
def mention_de_remplacement(vu: CourrielVu, document: DocumentLu, mention: str, *, attendue: bool) -> Constat:
    """La mention se lit dans le CDA et dans un PDF joint. Un PDF dont rien ne s'extrait est à regarder."""
    voulu = comparable(mention)
    dans_cda = voulu in comparable(document.texte)
    textes = [comparable(pdf.texte) for pdf in vu.pdfs]
    dans_pdf = any(voulu in texte for texte in textes)
    recu = f"CDA : {'oui' if dans_cda else 'non'} ; PDF : {'oui' if dans_pdf else 'non'}"
    numeros = (vu.numero,)
    if not attendue:
        return juger(
            R_SANS_MENTION, not dans_cda and not dans_pdf, "la première version porte la mention de remplacement",
            attendu="mention absente", recu=recu, ou="compte rendu", echanges=numeros,
        )  # fmt: skip
    if dans_cda and textes and not any(textes):
        message = f"la mention « {mention} » est dans le CDA ; rien ne s'extrait du PDF, une personne doit le lire"
        return R_MENTION.a_regarder(message, recu=recu, ou="PDF joint", echanges=numeros)
    return juger(
        R_MENTION, dans_cda and dans_pdf, "la mention de remplacement ne se lit pas dans le compte rendu",
        attendu=f"« {mention} » dans le CDA et dans le PDF", recu=recu, ou="compte rendu", echanges=numeros,
    )  # fmt: skip


@verification(R_PREVENUS, R_EUX_SEULS, R_TEXTE_PREVU)
def suppression_annoncee(
    avis: Sequence[CourrielVu], destinataires: Collection[str], texte: str, recu: str
) -> list[Constat]:
    """`avis` : courriels partis à la suppression, jusqu'à un envoi ultérieur qui clôt la fenêtre."""
    attendus = {adresse.lower() for adresse in destinataires}
    prevenus = {adresse.lower() for vu in avis for adresse in vu.destinataires}
    manquants, intrus = sorted(attendus - prevenus), sorted(prevenus - attendus)
    echanges = tuple(vu.numero for vu in avis)
    constats = [
        juger(
            R_PREVENUS, not manquants, f"{len(manquants)} destinataire(s) du compte rendu ne sont pas prévenus",
            attendu=", ".join(sorted(attendus)), recu=f"{', '.join(sorted(prevenus)) or 'aucun'} ; logiciel : {recu}",
            ou=FIL, echanges=echanges,
        )
    ]  # fmt: skip
    if not avis:
        return constats
    constats.append(
        juger(
            R_EUX_SEULS, not intrus, "d'autres que les destinataires du compte rendu sont prévenus",
            attendu=", ".join(sorted(attendus)), recu=", ".join(intrus) or ", ".join(sorted(prevenus)), ou=FIL,
            echanges=echanges,
        )
    )  # fmt: skip
    sans = [f"courriel à {', '.join(vu.destinataires)}" for vu in avis if aplatir(texte) not in aplatir(vu.texte)]
    constats.append(
        juger(
            R_TEXTE_PREVU, not sans, "le courriel ne porte pas le texte préparamétré", attendu=texte,
            recu=" ; ".join(sans) or f"lu dans {len(avis)} courriel(s)", ou="corps du courriel", echanges=echanges,
        )
    )  # fmt: skip
    return constats


@verification(R_CORRESPONDANTS)
def correspondants_gardes(montres: Sequence[Mapping[str, Any]], attendus: Sequence[Mapping[str, str]]) -> Constat:
    """Chaque correspondant créé se relit : RPPS, nom et adresse MSSanté."""
    if len(attendus) < 10:
        return R_CORRESPONDANTS.sans_objet("il faut dix correspondants créés pour juger")
    ecarts = []
    for attendu in attendus:
        trouve = next((m for m in montres if str(m.get("rpps") or "") == attendu["rpps"]), None)
        if trouve is None:
            ecarts.append(f"{attendu['nom']} absent")
            continue
        faux = [
            champ
            for champ in ("nom", "adresse_mss")
            if comparable(str(trouve.get(champ) or "")) != comparable(attendu[champ])
        ]
        if faux:
            ecarts.append(f"{attendu['nom']} : {', '.join(f'{champ} {trouve.get(champ)}' for champ in faux)}")
    return juger(
        R_CORRESPONDANTS, not ecarts, "le dossier ne montre pas tous ses correspondants",
        attendu=f"{len(attendus)} correspondants : {', '.join(a['nom'] for a in attendus)}",
        recu=" ; ".join(ecarts) or f"{len(montres)} correspondants", ou="dossier du patient",
    )  # fmt: skip


@verification(R_CORRESPONDANTS)
def correspondant_admis(rang: int, resultat: str, recu: str) -> Constat:
    """Le logiciel a accepté ce correspondant de plus ; `rang` : combien le dossier en a avec lui."""
    return juger(
        R_CORRESPONDANTS, resultat == "fait", f"le correspondant n° {rang} n'est pas admis au dossier",
        attendu=f"{rang} correspondants", recu=recu, ou="dossier du patient",
    )  # fmt: skip


@verification(R_RETOUR)
def retour_a_l_adresse_reglee(vu: CourrielVu, reglee: str, quoi: str) -> Constat:
    """Reply-To est l'adresse réglée, et n'est pas la boîte qui expédie."""
    lues = vu.adresses("Reply-To")
    emission = vu.expediteur.lower()
    return juger(
        R_RETOUR, lues == (reglee.lower(),) and reglee.lower() != emission,
        f"{quoi} : les réponses ne reviennent pas à l'adresse réglée",
        attendu=f"Reply-To : {reglee}, distincte de {emission}", recu=f"Reply-To : {', '.join(lues) or 'absent'}",
        ou="Reply-To", echanges=(vu.numero,),
    )  # fmt: skip


@verification(R_RETOUR_REGLABLE)
def retour_reglable(resultat: str, recu: str) -> Constat:
    """Le logiciel a changé le réglage."""
    return juger(
        R_RETOUR_REGLABLE, resultat == "fait", "l'adresse de retour ne se règle pas", attendu="fait", recu=recu,
        ou="paramétrage",
    )  # fmt: skip
