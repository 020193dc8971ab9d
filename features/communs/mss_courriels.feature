# language: fr
Fonctionnalité: Courriels MSSanté écrits dans le logiciel
  Ce que l'opérateur a reçu se relit en-tête par en-tête et se recalcule de ce que l'utilisateur a fait.

  @MSS/va1.12.01
  Scénario: Chaque nouveau courriel porte un identifiant qui n'est qu'à lui
    # Le texte officiel demande un courriel ; deux expéditeurs et deux fois le même courriel montrent qu'aucun
    # identifiant ne se répète.
    Quand le professionnel envoie à un correspondant le courriel « Numération à commenter »
    Et un autre professionnel envoie à deux correspondants le courriel « Prélèvement à refaire : créatininémie élevée »
    Et le professionnel envoie à un correspondant le courriel « Numération à commenter »
    Alors chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur
    Et chaque courriel envoyé porte un identifiant conforme, que nul autre ne porte

  @MSS/va1.11.01
  Scénario: Le corps d'un courriel est en texte, ou en texte puis en HTML
    # Le texte officiel demande un corps mis en forme ; un corps simple, écrit par un autre, montre l'autre cas.
    Quand le professionnel envoie à un correspondant le courriel mis en forme « Conclusion à compléter »
    Et un autre professionnel envoie à un correspondant le courriel « Horaires des prélèvements »
    Alors le corps de chaque courriel envoyé est en texte, ou en texte puis en HTML au même contenu
    Et chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur

  @MSS/va1.15.01
  Scénario: L'utilisateur demande un accusé de distribution
    # Le courriel sans accusé montre que la demande suit le choix de l'utilisateur.
    Quand le professionnel envoie à un correspondant le courriel « Avis urgent » en demandant un accusé de distribution
    Et le professionnel envoie à un correspondant le courriel « Simple information »
    Et un autre professionnel envoie à deux correspondants le courriel « Garde du week-end » en demandant un accusé de distribution
    Alors le courriel « Avis urgent » demande un accusé de distribution à l'adresse de son émetteur
    Et le courriel « Garde du week-end » demande un accusé de distribution à l'adresse de son émetteur
    Et le courriel « Simple information » ne demande pas d'accusé de distribution

  @MSS/va1.16.01
  Scénario: L'expéditeur est libellé selon le type de sa boîte
    # Le texte officiel demande un courriel ; les trois types de boîte sont essayés.
    Étant donné un patient « Adélaïde » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et l'envoi automatique par MSSanté aux patients
    Quand le professionnel envoie à un correspondant le courriel « Résultat à discuter »
    Et un autre professionnel envoie à un correspondant le courriel « Résultat à discuter aussi »
    Et le professionnel envoie depuis la boîte du secrétariat à un correspondant le courriel « Fermeture exceptionnelle »
    Et le professionnel valide pour le patient « Adélaïde » le compte rendu « bilan »
    Alors le compte rendu « bilan » est arrivé de lui-même au patient
    Et chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur
    Et l'expéditeur de chaque courriel envoyé est libellé comme le veut le type de sa boîte

  @MSS/va1.19.01
  Scénario: Un courriel part à l'adresse d'usager formée de l'INS qualifiée
    Étant donné un patient « Baptiste » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Célestine » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ             | valeur              |
      | nom de naissance  | D'ARTAGNAN-L'HERMITE |
    Quand le professionnel envoie au patient « Baptiste » le courriel « Prélèvement à jeûn »
    Et un autre professionnel envoie au patient « Célestine » le courriel « Résultats à venir »
    Alors chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur

  @MSS/va1.19.02
  Scénario: Sans INS qualifiée, le courriel à l'usager est bloqué et l'utilisateur averti
    # Le courriel permis, envoyé ensuite, montre que le blocage tient à l'identité et clôt l'observation.
    Étant donné un patient « Damien » à l'INS seulement récupérée, dont Mon espace santé est ouvert
    Et un patient « Élise » à l'INS absente, dont Mon espace santé est ouvert
    Et un patient « Firmin » à l'INS qualifiée, dont Mon espace santé est ouvert
    Quand le professionnel essaie d'envoyer au patient « Damien » le courriel « Rappel »
    Et un autre professionnel essaie d'envoyer au patient « Élise » le courriel « Convocation »
    Et le professionnel essaie d'envoyer le courriel « Adresse tapée » à l'adresse d'usager du patient « Damien », saisie à la main
    Et le professionnel envoie au patient « Firmin » le courriel « Rappel permis »
    Alors le logiciel a bloqué le courriel « Rappel » et l'a dit
    Et le logiciel a bloqué le courriel « Convocation » et l'a dit
    Et rien n'est parti pour le courriel « Adresse tapée »

  @MSS/UX.32.01
  Scénario: Le professionnel écrit à un usager choisi dans son dossier, si son INS est qualifiée
    # Le scénario officiel montre un envoi ; l'exigence veut aussi que l'INS soit qualifiée. Les courriels permis, envoyés
    # ensuite, montrent que l'absence d'envoi tient à l'identité et closent l'observation.
    Étant donné un patient « Ursule » à l'INS qualifiée, dont Mon espace santé est ouvert
      | champ            | valeur          |
      | nom de naissance | DES ESSARTS-NOEL |
    Et un patient « Valère » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Wilfried » à l'INS seulement récupérée, dont Mon espace santé est ouvert
    Quand le professionnel essaie d'envoyer au patient « Wilfried » le courriel « Convocation »
    Et le professionnel envoie au patient « Ursule » le courriel « Préparer votre venue »
    Et un autre professionnel envoie au patient « Valère » le courriel « Document à rapporter »
    Alors rien n'est parti pour le courriel « Convocation »
    Et chaque courriel envoyé porte l'objet et le texte écrits par l'utilisateur

  @MSS/UX.33.01
  Scénario: L'utilisateur demande un accusé de lecture
    # Le courriel sans accusé et celui qui n'en demande qu'un de distribution montrent que la demande suit le choix.
    Étant donné un patient « Xavière » à l'INS qualifiée, dont Mon espace santé est ouvert
    Quand le professionnel envoie à un correspondant le courriel « Avis attendu » en demandant un accusé de lecture
    Et le professionnel envoie à un correspondant le courriel « Simple information »
    Et un autre professionnel envoie à deux correspondants le courriel « Garde de nuit » en demandant un accusé de distribution
    Et un autre professionnel envoie au patient « Xavière » le courriel « À lire avant votre venue » en demandant un accusé de lecture
    Alors le courriel « Avis attendu » demande un accusé de lecture à l'adresse de son émetteur
    Et le courriel « À lire avant votre venue » demande un accusé de lecture à l'adresse de son émetteur
    Et le courriel « Simple information » ne demande pas d'accusé de lecture
    Et le courriel « Garde de nuit » ne demande pas d'accusé de lecture

  @MSS/CONF.21.01
  Scénario: Le professionnel qui ne veut pas de réponse de l'usager le dit par X-MSS-MES
    # Le courriel ordinaire, au même patient, montre que l'en-tête suit le choix du professionnel.
    Étant donné un patient « Gwenaëlle » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Hippolyte » à l'INS qualifiée, dont Mon espace santé est ouvert
    Quand le professionnel envoie au patient « Gwenaëlle » le courriel « Clôture du suivi » sans souhaiter de réponse
    Et le professionnel envoie au patient « Gwenaëlle » le courriel « Question sur le traitement »
    Et un autre professionnel envoie au patient « Hippolyte » le courriel « Fin de prise en charge » sans souhaiter de réponse
    Alors le courriel « Clôture du suivi » met fin aux réponses de l'usager
    Et le courriel « Fin de prise en charge » met fin aux réponses de l'usager
    Et le courriel « Question sur le traitement » laisse l'usager répondre

  # Le cas MSS-LPS-SEGUR-GEN de l'outil de test de l'ANS reste la preuve à apporter pour les trois scénarios qui
  # suivent ; l'opérateur simulé en est la répétition.
  @MSS/CONF.14.01
  Scénario: X-MSS-INS est recalculé de l'archive jointe
    Étant donné un patient « Isaure » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un patient « Joachim » à l'INS absente, dont Mon espace santé est ouvert
    Et aucun envoi automatique par MSSanté
    Et un compte rendu « bilan d'Isaure » du patient « Isaure »
    Et un compte rendu « bilan de Joachim » du patient « Joachim »
    Quand le professionnel envoie à un correspondant le courriel « Bilan à commenter » avec le document « bilan d'Isaure »
    Et un autre professionnel envoie à deux correspondants le courriel « Bilan sans INS » avec le document « bilan de Joachim »
    Et le professionnel envoie au patient « Isaure » le courriel « Votre bilan » avec le document « bilan d'Isaure »
    Et le professionnel envoie à un correspondant le courriel « Sans pièce »
    Alors l'en-tête X-MSS-INS de chaque courriel envoyé dit si ses CDA portent une INS qualifiée, et manque sans CDA

  @MSS/CONF.15.01
  Scénario: X-MSS-CODECDA est recalculé de l'archive jointe
    Étant donné un patient « Léonie » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et aucun envoi automatique par MSSanté
    Et un compte rendu « bilan » du patient « Léonie »
    Et une lettre de liaison « sortie » reçue pour le patient « Léonie »
    Quand le professionnel envoie à un correspondant le courriel « Bilan » avec le document « bilan »
    Et un autre professionnel envoie à un correspondant le courriel « Lettre » avec le document « sortie »
    Et le professionnel envoie à deux correspondants le courriel « Bilan et lettre » avec les documents « bilan », « sortie »
    Et le professionnel envoie à un correspondant le courriel « Sans pièce »
    Alors l'en-tête X-MSS-CODECDA de chaque courriel envoyé dit les codes de ses CDA, et manque sans CDA

  @MSS/CONF.16.01
  Scénario: X-MSS-NIL est dans tous les courriels, avec la référence produit du logiciel
    Étant donné un patient « Maxence » à l'INS qualifiée, dont Mon espace santé est ouvert
    Et un correspondant au dossier du patient « Maxence »
    Et l'envoi automatique par MSSanté aux patients et aux correspondants
    Et un courriel « question du confrère » reçu par le professionnel
    Quand le professionnel envoie à un correspondant le courriel « Sans document »
    Et un autre professionnel envoie au patient « Maxence » le courriel « À l'usager »
    Et le professionnel valide pour le patient « Maxence » le compte rendu « bilan »
    Et le professionnel répond au courriel « question du confrère »
    Alors le compte rendu « bilan » est arrivé de lui-même au patient
    Et le compte rendu « bilan » est arrivé de lui-même aux correspondants
    Et chaque courriel envoyé porte la référence produit du logiciel
